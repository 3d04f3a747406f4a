-- label: Linehaul per delivery
-- question: What does linehaul cost per completed delivery, as the source booked it?
-- unit: money
-- better: lower
-- date: promised_date
-- kept: cells
--
-- A shared pool: rules split it anew. Part of cost to serve.
select
    coalesce(cost_linehaul, 0) + coalesce(booked_linehaul, 0) as numerator,
    cast(is_delivered as integer) as denominator
from deliveries
where is_closed and total_cost is not null
