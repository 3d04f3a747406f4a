-- title: Silent failures
-- question: Which missed promises did nobody hear of, the customer never seen again?
-- grain: one row per segment and outcome; deliveries due for 60 days, customer known
-- params: scope
-- cuts: deliveries
-- columns:
--   segment
--   outcome       kept, late or not delivered
--   deliveries    how many
--   unanswered    of them, without an answered survey, sent or not
--   gone          of them, whose customer ordered nothing after the promise
--   silent        both
with

answered as (

    select distinct delivery_id
    from surveys
    where answered_at is not null

),

judged as (

    select
        delivery.segment,
        case
            when delivery.is_on_time then 'kept'
            when delivery.is_delivered then 'late'
            else 'not delivered'
        end as outcome,
        case when answered.delivery_id is null then 1 else 0 end as is_unanswered,
        case
            when orders.last_ordered_at <= delivery.committed_by then 1
            else 0
        end as is_gone
    from deliveries as delivery
    inner join customer_orders as orders
        on delivery.customer_id = orders.customer_id
    left join answered on delivery.delivery_id = answered.delivery_id
    where
        delivery.is_due
        and delivery.committed_by <= snapshot_as_of() - interval 60 day

)

select
    segment,
    outcome,
    count(*) as deliveries,
    sum(is_unanswered) as unanswered,
    sum(is_gone) as gone,
    sum(is_unanswered * is_gone) as silent
from judged
group by segment, outcome
order by segment asc, outcome asc
