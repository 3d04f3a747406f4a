-- label: On-time rate, last promise
-- question: Of the due deliveries, how many came by the last promise, whoever moved it?
-- unit: share
-- better: higher
-- date: promised_date
--
-- Kept for comparison: it lets the late party reset its own clock. Without any changes
-- of promises there is no figure.
select
    cast(is_on_last_promise as integer) as numerator,
    1 as denominator
from deliveries
where is_due and is_on_last_promise is not null
