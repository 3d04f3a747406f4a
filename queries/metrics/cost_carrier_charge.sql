-- label: Carrier charges per delivery
-- question: What do carriers charge for one completed delivery?
-- unit: money
-- better: lower
-- date: promised_date
-- kept: cells
--
-- A charge per drop, before any credit from carriers. Part of cost to serve.
select
    coalesce(carrier_charge, 0) + coalesce(booked_carrier_charge, 0) as numerator,
    cast(is_delivered as integer) as denominator
from deliveries
where is_closed and total_cost is not null
