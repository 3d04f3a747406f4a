-- label: Contact cost per breach
-- question: What do customers' calls cost where a promise was broken?
-- unit: money
-- better: lower
-- date: promised_date
--
-- Over breaches: promises fallen due and not kept, whose cost is known.
select
    coalesce(cost_contact, 0) + coalesce(booked_contact, 0) as numerator,
    1 as denominator
from deliveries
where is_due and not is_on_time and total_cost is not null
