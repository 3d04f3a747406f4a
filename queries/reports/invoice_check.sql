-- title: Charges that need a second look
-- question: Which charges stand against what was not carried, or not as billed?
-- grain: one row per delivery and finding
-- params: scope
-- columns:
--   carrier, delivery_id, order_id, segment, service, promised_date, status
--   cancelled_at, handed_over_at, tried_date
--   finding         'cancelled': called off before its promise ran out;
--                   'never handed over': without a handover, not delivered;
--                   'charged twice': like an earlier one of its order
--                   (like_delivery) in promise, weight and charge;
--                   'slower than billed': bought for the day of the order, first tried
--                   on a later day
--   charged, amount what was charged, and of it in question: all; of 'slower than
--                   billed' what exceeds the carrier's mean charge in that zone and
--                   product class for promises of a later day
with

charged as (

    select
        *,
        lag(delivery_id) over (
            partition by carrier, order_id, promised_by, weight_kg, carrier_charge
            order by delivery_id
        ) as earlier_like,
        avg(case when promised_date > ordered_date then carrier_charge end) over (
            partition by carrier, product_class, zone
        ) as charge_of_later_day
    from deliveries
    where carrier_charge > 0

),

found as (

    select
        *,
        case
            when is_cancelled_in_time then 'cancelled'
            when handed_over_at is null and not is_delivered then 'never handed over'
            when
                promised_date = ordered_date and tried_date > promised_date
                and carrier_charge > charge_of_later_day
                then 'slower than billed'
        end as finding
    from charged

    union all

    select
        *,
        'charged twice' as finding
    from charged
    where order_id is not null and earlier_like is not null and not is_cancelled_in_time

)

select
    carrier,
    delivery_id,
    order_id,
    segment,
    service,
    promised_date,
    status,
    cancelled_at,
    handed_over_at,
    tried_date,
    finding,
    case when finding = 'charged twice' then earlier_like end as like_delivery,
    carrier_charge as charged,
    case
        when finding = 'slower than billed'
            then round(carrier_charge - charge_of_later_day, 2)
        else carrier_charge
    end as amount
from found
where finding is not null
order by finding asc, promised_date asc, delivery_id asc
