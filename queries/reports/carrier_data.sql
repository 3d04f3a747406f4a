-- title: How complete each carrier's data is
-- question: For which share of its deliveries does a carrier say what happened?
-- grain: one row per carrier with a closed delivery
-- params: scope
-- columns:
--   carrier
--   closed          deliveries that are no longer open
--   scan_share      of them, with at least one event; null where no events are known
--   place_share     of them, with coordinates
--   delivered       deliveries that arrived
--   time_share      of them, with the time
--   proof_share     of them, with a proof of delivery that is not 'none'
--   failed          closed deliveries that did not arrive, or took several attempts
--   reason_share    of them, with a declared reason
with

scanned as (

    select distinct delivery_id from events

),

closed as (

    select
        delivery.*,
        scanned.delivery_id is not null as has_scan,
        case when delivery.delivered_at is not null then 1e0 else 0e0 end as has_time,
        case
            when delivery.failure_reason is not null then 1e0
            else 0e0
        end as has_reason,
        case
            when coalesce(delivery.proof_of_delivery, 'none') <> 'none' then 1e0
            else 0e0
        end as has_proof,
        not delivery.is_delivered or delivery.attempts > 1 as is_failed
    from deliveries as delivery
    left join scanned on delivery.delivery_id = scanned.delivery_id
    where delivery.is_closed and not delivery.is_cancelled_in_time

)

select
    carrier,
    count(*) as closed,
    case
        when (select count(*) from events) > 0
            then avg(case when has_scan then 1e0 else 0e0 end)
    end as scan_share,
    avg(case when latitude is not null then 1e0 else 0e0 end) as place_share,
    count(case when is_delivered then 1 end) as delivered,
    avg(case when is_delivered then has_time end) as time_share,
    avg(case when is_delivered then has_proof end) as proof_share,
    count(case when is_failed then 1 end) as failed,
    avg(case when is_failed then has_reason end) as reason_share
from closed
group by carrier
order by carrier asc
