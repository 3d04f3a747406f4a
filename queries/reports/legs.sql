-- title: Minutes from the order to the door, leg by leg
-- question: Which part of the way takes longer when the promise is broken?
-- grain: one row per service and whether the promise was kept
-- params: scope
-- columns:
--   service
--   is_on_time
--   due            deliveries due
--   timed          of them, delivered with every time known and none before the other
--   promised       minutes from the order to the promise, of the timed ones
--   to_handover    minutes from the order to the handover to the carrier
--   to_dispatch    from there until out for delivery
--   to_attempt     from there to the first attempt
--   to_delivery    from there to the delivery
with

legs as (

    select
        service,
        is_on_time,
        date_diff('minute', ordered_at, committed_by) as promised,
        date_diff('minute', ordered_at, handed_over_at) as to_handover,
        date_diff('minute', handed_over_at, out_for_delivery_at) as to_dispatch,
        date_diff('minute', out_for_delivery_at, first_attempt_at) as to_attempt,
        date_diff('minute', first_attempt_at, delivered_at) as to_delivery,
        coalesce(
            ordered_at <= handed_over_at
            and handed_over_at <= out_for_delivery_at
            and out_for_delivery_at <= first_attempt_at
            and first_attempt_at <= delivered_at,
            false
        ) as is_timed_through
    from deliveries
    where is_due

)

select
    service,
    is_on_time,
    count(*) as due,
    count(case when is_timed_through then 1 end) as timed,
    sum(case when is_timed_through then promised * 1e0 else 0e0 end) as promised,
    sum(case when is_timed_through then to_handover * 1e0 else 0e0 end) as to_handover,
    sum(case when is_timed_through then to_dispatch * 1e0 else 0e0 end) as to_dispatch,
    sum(case when is_timed_through then to_attempt * 1e0 else 0e0 end) as to_attempt,
    sum(case when is_timed_through then to_delivery * 1e0 else 0e0 end) as to_delivery
from legs
group by service, is_on_time
order by service asc, is_on_time asc
