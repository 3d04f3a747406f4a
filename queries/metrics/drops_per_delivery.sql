-- label: Drops per delivery
-- question: How many drops are planned for one completed delivery?
-- unit: ratio
-- better: lower
-- date: promised_date
-- kept: cells
--
-- Splits shared pools by volume. Drops that failed or were cancelled count above, not
-- below.
select
    1 as numerator,
    cast(is_delivered as integer) as denominator
from deliveries
where is_closed and total_cost is not null
