-- title: Charges that need a second look
-- question: Which charges stand against what was never carried, or twice on one drop?
-- grain: one row per delivery and finding
-- params: scope
-- columns:
--   carrier, delivery_id, order_id, segment, service, promised_date, status
--   finding         'cancelled': called off before its promise ran out;
--                   'never handed over': without a time of handover, not delivered;
--                   'charged twice': like an earlier one of the same order in customer,
--                   promise, weight and charge
--   amount          what was charged
with

charged as (

    select
        *,
        row_number() over (
            partition by
                carrier, order_id, customer_id, promised_by, weight_kg, carrier_charge
            order by delivery_id
        ) as place
    from deliveries
    where carrier_charge > 0

),

found as (

    select
        *,
        'cancelled' as finding
    from charged
    where is_cancelled_in_time

    union all

    select
        *,
        'never handed over' as finding
    from charged
    where handed_over_at is null and not is_delivered and not is_cancelled_in_time

    union all

    select
        *,
        'charged twice' as finding
    from charged
    where order_id is not null and place > 1 and not is_cancelled_in_time

)

select
    carrier,
    delivery_id,
    order_id,
    segment,
    service,
    promised_date,
    status,
    finding,
    carrier_charge as amount
from found
order by finding asc, promised_date asc, delivery_id asc
