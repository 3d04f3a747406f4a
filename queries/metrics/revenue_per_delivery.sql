-- label: Revenue per delivery
-- question: What does one completed delivery earn?
-- unit: money
-- better: higher
-- date: promised_date
-- kept: everywhere
--
-- Delivery income net of VAT and refunds, never the value of the goods.
select
    revenue as numerator,
    cast(is_delivered as integer) as denominator
from deliveries
where is_closed and revenue is not null
