-- label: Cost of open deliveries
-- question: What have deliveries cost so far that are still under way?
-- unit: money
-- better: neither
-- date: promised_date
-- kept: cells
--
-- Not in cost to serve yet: nobody knows how they end.
select total_cost as numerator
from deliveries
where not is_closed and total_cost is not null
