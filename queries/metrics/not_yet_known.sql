-- label: Not yet known
-- question: How many deliveries are past their promise, yet may be reported in time?
-- unit: count
-- better: lower
-- date: promised_date
--
-- Their carrier's completeness lag has not run out: they are neither kept nor late yet,
-- and stand in no rate.
select 1 as numerator
from deliveries
where is_not_yet_known
