-- label: Returns per delivery
-- question: What do returns cost per completed delivery?
-- unit: money
-- better: lower
-- date: promised_date
-- kept: cells
--
-- A charge per drop. Part of cost to serve.
select
    coalesce(cost_returns, 0) + coalesce(booked_returns, 0) as numerator,
    cast(is_delivered as integer) as denominator
from deliveries
where is_closed and total_cost is not null
