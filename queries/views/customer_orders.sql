-- grain: one row per customer with an order
--
-- When each customer ordered last, over the whole snapshot: no period or filter cuts
-- it.
select
    customer_id,
    max(ordered_at) as last_ordered_at
from deliveries
where customer_id is not null
group by customer_id
