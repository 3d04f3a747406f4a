-- label: Cash per kept promise
-- question: What do credits, redelivery and contacts cost where the promise was kept?
-- unit: money
-- better: lower
-- date: promised_date
--
-- The three parts of the cash of breaches, over promises fallen due and kept, whose
-- cost is known: what would be paid without any breach as well.
select
    coalesce(customer_credit, 0) + coalesce(booked_customer_credit, 0)
    + coalesce(cost_redelivery, 0) + coalesce(booked_redelivery, 0)
    + coalesce(cost_contact, 0) + coalesce(booked_contact, 0) as numerator,
    1 as denominator
from deliveries
where is_due and is_on_time and total_cost is not null
