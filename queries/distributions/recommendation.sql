-- label: Recommendation
-- question: From 0 to 10, would customers who answer recommend the delivery?
-- unit: count
-- date: promised_date
-- by: lateness_band
--
-- Surveys about deliveries that have fallen due. Null was not answered.
select cast(recommend as integer) as value
from surveys
where is_due
