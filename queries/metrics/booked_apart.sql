-- label: Booked apart
-- question: What was booked on these deliveries one by one, whenever that was?
-- unit: money
-- better: neither
-- date: promised_date
-- kept: cells
--
-- Rows of the table of costs that name a delivery, by the day of its promise. Open
-- deliveries included.
select booked_cost as numerator
from deliveries
where booked_cost is not null
