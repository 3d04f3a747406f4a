-- label: On-time rate, by the day
-- question: Of the due deliveries, how many came no later than the promised day?
-- unit: share
-- better: higher
-- date: promised_date
--
-- Kept for comparison: a window read as its local day, as many reports do.
select
    cast(is_on_day as integer) as numerator,
    1 as denominator
from deliveries
where is_due
