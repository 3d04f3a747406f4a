-- label: Minutes per delivery
-- question: How long does one completed delivery take, way and door?
-- unit: ratio
-- better: lower
-- date: promised_date
-- kept: cells
--
-- Splits shared pools by minutes. Time that is not known counts as nothing.
select
    case
        when attempts = 0 then 0
        else cast(
            coalesce(leg_minutes, 0) + coalesce(service_minutes, 0)
            as decimal(18, 4)
        )
    end as numerator,
    cast(is_delivered as integer) as denominator
from deliveries
where is_closed and total_cost is not null
