-- label: Other charges per delivery
-- question: What is booked per completed delivery in pools unknown here?
-- unit: money
-- better: lower
-- date: promised_date
-- kept: cells
--
-- A charge per drop, booked in a pool that queries/costs.toml does not list.
select
    coalesce(booked_other, 0) as numerator,
    cast(is_delivered as integer) as denominator
from deliveries
where is_closed and total_cost is not null
