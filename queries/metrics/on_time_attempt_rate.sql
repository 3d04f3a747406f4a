-- label: On-time attempt rate
-- question: Of the due deliveries, how many were delivered or tried in time?
-- unit: share
-- better: higher
-- date: promised_date
--
-- What most carrier contracts measure: a failed attempt in time counts as kept.
select
    cast(is_attempt_on_time as integer) as numerator,
    1 as denominator
from deliveries
where is_due
