-- label: Rating
-- question: How do customers who answer rate their delivery, in hundredths of a star?
-- unit: count
-- date: promised_date
-- by: lateness_band
--
-- Surveys about deliveries that have fallen due, placed in time by the promise, so that
-- answers can be weighted to the deliveries they speak for. Null has not answered.
select cast(round(rating * 100) as integer) as value
from surveys
where is_due
