-- label: Stops per delivery
-- question: How many arrivals at a door does one completed delivery take?
-- unit: ratio
-- better: lower
-- date: promised_date
-- kept: cells
--
-- Splits shared pools by stops. A drop whose leg has no minutes and no kilometres was
-- handed over at the stop before, one that nobody tried to deliver made no stop.
select
    case
        when attempts = 0 or (leg_minutes = 0 and leg_km = 0) then 0
        else 1
    end as numerator,
    cast(is_delivered as integer) as denominator
from deliveries
where is_closed and total_cost is not null
