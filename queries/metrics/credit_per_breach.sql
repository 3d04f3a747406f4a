-- label: Credits per breach
-- question: What do broken promises cost in credits to customers?
-- unit: money
-- better: lower
-- date: promised_date
--
-- Over breaches: promises fallen due and not kept, whose cost is known. What was
-- credited to the customer, on the delivery or booked apart.
select
    coalesce(customer_credit, 0) + coalesce(booked_customer_credit, 0) as numerator,
    1 as denominator
from deliveries
where is_due and not is_on_time and total_cost is not null
