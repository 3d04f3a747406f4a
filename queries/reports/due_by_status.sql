-- title: What became of the promises
-- question: Of the deliveries promised, how many are due, and how did they end?
-- grain: one row per status and whether the promise is judged
-- params: scope
-- columns:
--   status        as the source reports it at the snapshot's as_of
--   judged        due, not yet due, not yet known, or cancelled in time
--   deliveries    how many
--   on_time       how many of them were on time
select
    status,
    case
        when is_cancelled_in_time then 'cancelled in time'
        when is_due then 'due'
        when is_not_yet_known then 'not yet known'
        else 'not yet due'
    end as judged,
    count(*) as deliveries,
    sum(case when is_on_time then 1 else 0 end) as on_time
from deliveries
group by status, judged
order by status asc, judged asc
