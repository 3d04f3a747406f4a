-- title: Margin by customer
-- question: How much of the margin do which customers bring, or take?
-- grain: one row per hundredth of the customers, by falling margin
-- params: scope
-- columns:
--   bucket       1 holds the most profitable customers, the last one the least
--   customers    how many
--   deliveries   completed
--   revenue, cost, margin   as booked; deliveries whose revenue and cost are both known
with

known as (

    select
        customer_id,
        sum(cast(is_delivered as integer)) as deliveries,
        sum(revenue) as revenue,
        sum(total_cost) as cost
    from deliveries
    where
        is_closed
        and customer_id is not null
        and revenue is not null
        and total_cost is not null
    group by customer_id

),

ranked as (

    select
        *,
        ntile(100) over (
            order by revenue - cost desc, customer_id asc
        ) as bucket
    from known

)

select
    bucket,
    count(*) as customers,
    sum(deliveries) as deliveries,
    sum(revenue) as revenue,
    sum(cost) as cost,
    sum(revenue - cost) as margin
from ranked
group by bucket
order by bucket asc
