-- label: Net recommendation
-- question: How many more would recommend the delivery than would advise against it?
-- unit: score
-- better: higher
-- date: sent_date
--
-- The share of answers of 9 and 10 less the share of 0 to 6, from -100 to 100 points:
-- what is published as NPS.
select
    case
        when recommend >= 9 then 100 when recommend <= 6 then -100
        else 0
    end as numerator,
    1 as denominator
from surveys
where recommend is not null
