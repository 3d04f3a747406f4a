-- label: Arrival around the promise
-- question: In which quarter of an hour around its promise did a delivery come?
-- unit: minutes
-- date: promised_date
-- by: zone
-- kept: month
--
-- The end of the quarter of an hour, in minutes after the promise: 0 is just in time.
-- Twelve hours and more are one value. Timed promises that have fallen due; null has
-- not arrived.
select
    case
        when lateness_minutes > 720 then 720
        when lateness_minutes < -720 then -720
        else cast(15 * ceil(lateness_minutes / 15e0) as integer)
    end as value
from deliveries
where is_due and is_timed
