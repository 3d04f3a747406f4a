-- label: On-time rate, delivered only
-- question: Of the deliveries that arrived, how many arrived no later than promised?
-- unit: share
-- better: higher
-- date: promised_date
--
-- The usual reading in the industry, kept for comparison only: it is biased upwards,
-- because whatever never arrived, or has not arrived yet, is left out, while what came
-- before its promise has fallen due is let in.
select
    cast(is_on_time as integer) as numerator,
    1 as denominator
from deliveries
where is_delivered and delivered_at is not null
