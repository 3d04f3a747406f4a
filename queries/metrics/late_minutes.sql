-- label: Late minutes per delivery
-- question: How many minutes late is a timed delivery, kept promises counting as none?
-- unit: minutes
-- better: lower
-- date: promised_date
--
-- Over timed deliveries that were due and arrived. What never arrived has no minutes,
-- and what is promised for a day is late by days.
select
    case when lateness_minutes > 0 then lateness_minutes else 0 end as numerator,
    1 as denominator
from deliveries
where is_due and lateness_minutes is not null
