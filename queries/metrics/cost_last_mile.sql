-- label: Last mile of the own fleet per delivery
-- question: What do own routes cost per completed delivery, as the source booked it?
-- unit: money
-- better: lower
-- date: promised_date
-- kept: cells
--
-- A shared pool: rules split it anew. Part of cost to serve.
select
    coalesce(cost_last_mile, 0) + coalesce(booked_last_mile, 0) as numerator,
    cast(is_delivered as integer) as denominator
from deliveries
where is_closed and total_cost is not null
