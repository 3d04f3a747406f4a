-- title: Failed first attempts by declared reason
-- question: Why did first attempts fail, by the carrier's word, and is there a trace?
-- grain: one row per carrier and declared reason with a failed first attempt
-- params: scope
-- columns:
--   carrier, reason     '(none)' where nothing was declared
--   failed              due deliveries that failed at the first attempt
--   share               of all failed first attempts of the carrier
--   without_arrival     of them, without an event of an arrival; null where no events
--                       are known at all
with

arrived as (

    select distinct delivery_id
    from events
    where kind = 'arrival'

),

failed as (

    select
        coalesce(delivery.carrier, '(none)') as carrier,
        coalesce(delivery.failure_reason, '(none)') as reason,
        case when arrived.delivery_id is null then 1 else 0 end as is_untraced
    from deliveries as delivery
    left join arrived on delivery.delivery_id = arrived.delivery_id
    where
        delivery.is_due
        and (
            delivery.attempts > 1
            or (delivery.attempts = 1 and not delivery.is_delivered)
        )

),

counted as (

    select
        carrier,
        reason,
        count(*) as failed,
        sum(is_untraced) as untraced
    from failed
    group by carrier, reason

)

select
    carrier,
    reason,
    failed,
    1e0 * failed / nullif(sum(failed) over (partition by carrier), 0) as share,
    case when (select count(*) from events) > 0 then untraced end as without_arrival
from counted
order by carrier asc, failed desc, reason asc
