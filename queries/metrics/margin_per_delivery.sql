-- label: Margin per delivery
-- question: What is left of the revenue of one completed delivery after all its cost?
-- unit: money
-- better: higher
-- date: promised_date
-- kept: everywhere
--
-- Only deliveries whose revenue and cost are both known.
select
    revenue - total_cost as numerator,
    cast(is_delivered as integer) as denominator
from deliveries
where is_closed and revenue is not null and total_cost is not null
