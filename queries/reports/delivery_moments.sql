-- title: What other tables know of one delivery
-- question: What happened to this delivery, beside what its own row says?
-- grain: one row per change of the promise, event, survey, contact and booking
-- params: delivery
-- columns:
--   source     promise_changes, events, surveys, contacts or costs
--   moment     changed, occurred, sent or opened, UTC; the day it was booked
--   kind       who asked, kind of event, theme or pool
--   detail     reason of an event, comment or text of a customer
--   evidence   of an event
--   begins     of the new promise
--   ends       of the new promise; the event was recorded, the survey answered
--   number     attempt, rating
--   amount     money
select
    'promise_changes' as source,
    changed_at as moment,
    requested_by as kind,
    cast(null as varchar) as detail,
    cast(null as varchar) as evidence,
    new_from as begins,
    new_by as ends,
    cast(null as double) as number,
    cast(null as decimal(18, 4)) as amount
from promise_changes
union all
select
    'events' as source,
    occurred_at as moment,
    kind,
    reason as detail,
    evidence,
    cast(null as timestamp) as begins,
    recorded_at as ends,
    cast(attempt as double) as number,
    cast(null as decimal(18, 4)) as amount
from events
union all
select
    'surveys' as source,
    sent_at as moment,
    cast(null as varchar) as kind,
    comment as detail,
    cast(null as varchar) as evidence,
    cast(null as timestamp) as begins,
    answered_at as ends,
    cast(rating as double) as number,
    cast(null as decimal(18, 4)) as amount
from surveys
union all
select
    'contacts' as source,
    opened_at as moment,
    theme as kind,
    text as detail,
    cast(null as varchar) as evidence,
    cast(null as timestamp) as begins,
    cast(null as timestamp) as ends,
    cast(null as double) as number,
    handling_cost as amount
from contacts
union all
select
    'costs' as source,
    cast(booked_on as timestamp) as moment,
    pool as kind,
    case when estimated then 'estimated' end as detail,
    cast(null as varchar) as evidence,
    cast(null as timestamp) as begins,
    cast(null as timestamp) as ends,
    cast(null as double) as number,
    amount
from costs
order by moment asc, source asc, kind asc
