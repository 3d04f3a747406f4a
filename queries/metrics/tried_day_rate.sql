-- label: Tried by day
-- question: Of the deliveries due, how many were tried by the day promised?
-- unit: share
-- better: higher
-- date: promised_date
--
-- As published indices count it: a card left on the right day is on time, as is what
-- was delivered. For comparison only.
select
    cast(coalesce(tried_date <= promised_date, false) as integer) as numerator,
    1 as denominator
from deliveries
where is_due
