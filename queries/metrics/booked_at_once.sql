-- label: Booked at once
-- question: What do deliveries carry that was booked in the month of their promise?
-- unit: money
-- better: neither
-- date: promised_date
-- kept: cells
--
-- The amounts that the source states on the delivery itself; they have no date of their
-- own and count as booked in the month of the promise. Open deliveries included.
select total_cost - coalesce(booked_cost, 0) as numerator
from deliveries
where total_cost is not null
