-- label: In-window rate
-- question: Of the due deliveries with a time window, how many arrived inside it?
-- unit: share
-- better: higher
-- date: promised_date
--
-- Too early is outside the window as well. Date promises, and promises without a known
-- beginning, have no window and are left out.
select
    cast(is_in_window as integer) as numerator,
    1 as denominator
from deliveries
where is_due and is_in_window is not null
