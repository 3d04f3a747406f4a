-- title: What a customer brings
-- question: What margin did the customers of each segment bring?
-- grain: one row per segment
-- params: scope
-- columns:
--   segment
--   customers    with a closed delivery whose revenue and cost are known
--   deliveries   of these customers, closed and known
--   margin       of these deliveries, as booked
select
    segment,
    count(distinct customer_id) as customers,
    count(*) as deliveries,
    sum(revenue - total_cost) as margin
from deliveries
where
    is_closed
    and customer_id is not null
    and revenue is not null
    and total_cost is not null
group by segment
order by segment asc
