-- label: Cost to serve
-- question: What does one completed delivery cost, failed attempts included?
-- unit: money
-- better: lower
-- date: promised_date
-- kept: everywhere
--
-- All cost of the deliveries promised in the period, whenever it was booked, before any
-- credit from carriers, over the completed ones: failures stay in the cost. Deliveries
-- still open, or without any known cost, are left out.
select
    total_cost as numerator,
    cast(is_delivered as integer) as denominator
from deliveries
where is_closed and total_cost is not null
