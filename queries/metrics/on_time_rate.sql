-- label: On-time rate
-- question: Of the deliveries whose promise has fallen due, how many were kept?
-- unit: share
-- better: higher
-- date: promised_date
--
-- A delivery that never arrived is late, not absent: leaving it out would let a
-- carrier raise its rate by losing parcels. The promise is the committed one: only the
-- customer's own request moves it.
select
    cast(is_on_time as integer) as numerator,
    1 as denominator
from deliveries
where is_due
