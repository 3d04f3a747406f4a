-- label: On-time rate, 15 minutes of grace
-- question: Of the due deliveries, how many were at most 15 minutes late?
-- unit: share
-- better: higher
-- date: promised_date
--
-- Kept for comparison: grace that the customer was never told of. Date promises have no
-- minutes and are judged as always.
select
    cast(
        is_on_time or (is_delivered and coalesce(lateness_minutes <= 15, false))
        as integer
    ) as numerator,
    1 as denominator
from deliveries
where is_due
