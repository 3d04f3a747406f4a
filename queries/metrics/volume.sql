-- label: Volume
-- question: How many deliveries were promised?
-- unit: count
-- better: neither
-- date: promised_date
--
-- All but those cancelled before their promise ran out.
select 1 as numerator
from deliveries
where not is_cancelled_in_time
