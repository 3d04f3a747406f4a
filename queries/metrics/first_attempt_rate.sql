-- label: First-attempt rate
-- question: Of the due deliveries that were tried, how many took a single attempt?
-- unit: share
-- better: higher
-- date: promised_date
--
-- Deliveries without a known number of attempts are left out.
select
    cast(is_delivered and attempts = 1 as integer) as numerator,
    1 as denominator
from deliveries
where is_due and attempts >= 1
