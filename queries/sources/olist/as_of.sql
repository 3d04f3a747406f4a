-- grain: one row
--
-- The latest timestamp of anything that happened; estimates are not events.
with

event as (

    select
        max(greatest(
            order_purchase_timestamp, order_approved_at,
            order_delivered_carrier_date, order_delivered_customer_date
        )) as happened_at
    from orders
    union all
    select max(review_answer_timestamp) as happened_at from order_reviews

)

select moment_of(cast(max(happened_at) as timestamp), 'America/Sao_Paulo') as as_of
from event
