-- label: Customer contacts per delivery
-- question: What does it cost to answer customers, per completed delivery?
-- unit: money
-- better: lower
-- date: promised_date
-- kept: cells
--
-- A charge per drop. Part of cost to serve.
select
    coalesce(cost_contact, 0) + coalesce(booked_contact, 0) as numerator,
    cast(is_delivered as integer) as denominator
from deliveries
where is_closed and total_cost is not null
