-- label: Kilometres per delivery
-- question: How far is it to the stop of one completed delivery?
-- unit: ratio
-- better: lower
-- date: promised_date
-- kept: cells
--
-- Splits shared pools by distance: from the stop before where the leg is known, else
-- from the depot. A distance that is not known counts as nothing.
select
    case
        when attempts = 0 then 0
        else cast(coalesce(leg_km, distance_km, 0) as decimal(18, 4))
    end as numerator,
    cast(is_delivered as integer) as denominator
from deliveries
where is_closed and total_cost is not null
