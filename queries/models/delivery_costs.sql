-- grain: one row per delivery with costs booked on it
-- stored: no
select
    delivery_id,
    sum(amount) as booked_cost
from costs
where delivery_id is not null
group by delivery_id
