-- title: Promises moved by shipper or carrier, and on time by either promise
-- question: Who moves promises, when, and how much better does that look?
-- grain: one row per carrier with a delivery due
-- params: scope
-- columns:
--   carrier
--   due               deliveries due
--   moved             of them, promise moved by shipper or carrier
--   moved_on_the_way  of these, by the carrier after dispatch
--   on_time           kept by the promise that counts
--   on_time_moved     kept by the last promise, whoever moved it
with

changes as (

    select
        delivery_id,
        max(case when requested_by = 'carrier' then changed_at end) as changed_at
    from promise_changes
    where requested_by in ('carrier', 'shipper')
    group by delivery_id

)

select
    delivery.carrier,
    count(*) as due,
    count(changes.delivery_id) as moved,
    count(
        case when changes.changed_at > delivery.out_for_delivery_at then 1 end
    ) as moved_on_the_way,
    count(case when delivery.is_on_time then 1 end) as on_time,
    count(
        case
            when coalesce(delivery.is_on_last_promise, delivery.is_on_time) then 1
        end
    ) as on_time_moved
from deliveries as delivery
left join changes on delivery.delivery_id = changes.delivery_id
where delivery.is_due
group by delivery.carrier
order by delivery.carrier asc
