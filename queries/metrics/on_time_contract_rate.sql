-- label: On-time rate, contract exclusions
-- question: Of the due deliveries outside the excluded windows, how many were kept?
-- unit: share
-- better: higher
-- date: promised_date
--
-- What falls due inside a window of exclusion_windows (of its zone and carrier, if it
-- names any) is left out. Without any such window there is no figure.
select
    cast(is_on_time as integer) as numerator,
    1 as denominator
from deliveries
where is_due and not is_excluded
