-- label: Satisfaction
-- question: How do customers who answer rate their delivery, from 1 to 5?
-- unit: score
-- better: higher
-- date: sent_date
--
-- The plain mean of the ratings received. Those who answer are not like those who do
-- not: read it beside the survey response rate.
select
    rating as numerator,
    1 as denominator
from surveys
where rating is not null
