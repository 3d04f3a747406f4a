-- label: Kilograms per delivery
-- question: How much is carried for one completed delivery?
-- unit: ratio
-- better: neither
-- date: promised_date
-- kept: cells
--
-- Splits shared pools by weight. A weight that is not known counts as nothing.
select
    cast(coalesce(weight_kg, 0) as decimal(18, 4)) as numerator,
    cast(is_delivered as integer) as denominator
from deliveries
where is_closed and total_cost is not null
