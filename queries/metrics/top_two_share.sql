-- label: Satisfied customers
-- question: Of the customers who rate their delivery, how many give 4 or 5?
-- unit: share
-- better: higher
-- date: sent_date
--
-- The plain share of the ratings received, as most published figures have it. Those who
-- answer are not like those who do not: the page Satisfaction weights for that.
select
    cast(rating >= 4 as integer) as numerator,
    1 as denominator
from surveys
where rating is not null
