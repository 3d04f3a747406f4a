-- label: On-time rate, promises with a window
-- question: Of the due deliveries with a time window, how many came before its end?
-- unit: share
-- better: higher
-- date: promised_date
--
-- The rows of the in-window rate by the headline's rule: what lies between the two is
-- too early alone.
select
    cast(is_on_time as integer) as numerator,
    1 as denominator
from deliveries
where is_due and is_in_window is not null
