-- label: On-time rate by day
-- question: Of the deliveries due, how many came by the end of the day promised?
-- unit: share
-- better: higher
-- date: promised_date
--
-- What most published figures of carriers count: a window missed by some hours on the
-- right day is on time. For comparison only.
select
    cast(
        is_delivered and coalesce(delivered_date <= promised_date, false) as integer
    ) as numerator,
    1 as denominator
from deliveries
where is_due
