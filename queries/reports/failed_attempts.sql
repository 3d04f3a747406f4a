-- title: First attempts that failed, and others like them
-- question: What does a delivery cost whose first attempt failed, beside one alike?
-- grain: one row per stratum, week and whether the first attempt failed
-- params: scope
-- columns:
--   stratum      zone, service, product class, channel and month of the promise
--   week         Monday of the week of the promise
--   is_failed    no delivery at the first attempt
--   deliveries   closed, tried at least once, with a known cost
--   amount       redelivery, returns, contacts and claims of these: what the source
--                states on the delivery, and what was booked apart within 30 days
with

bills as (

    select
        delivery_id,
        booked_on,
        amount
    from costs
    where
        delivery_id is not null
        and pool in ('redelivery', 'returns', 'contact', 'claims')

),

in_time as (

    select
        bill.delivery_id,
        sum(bill.amount) as amount
    from bills as bill
    inner join deliveries as billed on bill.delivery_id = billed.delivery_id
    where bill.booked_on <= billed.promised_date + interval 30 day
    group by bill.delivery_id

)

select
    concat_ws(
        ' · ',
        coalesce(delivery.zone, '(none)'),
        coalesce(delivery.service, '(none)'),
        coalesce(delivery.product_class, '(none)'),
        coalesce(delivery.channel, '(none)'),
        cast(date_trunc('month', delivery.promised_date) as date)
    ) as stratum,
    cast(date_trunc('week', delivery.promised_date) as date) as week,
    not delivery.is_delivered or delivery.attempts <> 1 as is_failed,
    count(*) as deliveries,
    sum(
        coalesce(delivery.cost_redelivery, 0) + coalesce(delivery.cost_returns, 0)
        + coalesce(delivery.cost_contact, 0) + coalesce(delivery.cost_claims, 0)
        + coalesce(in_time.amount, 0)
    ) as amount
from deliveries as delivery
left join in_time on delivery.delivery_id = in_time.delivery_id
where delivery.is_closed and delivery.attempts >= 1 and delivery.total_cost is not null
group by stratum, week, is_failed
order by stratum asc, week asc, is_failed asc
