-- title: Stops of one route
-- question: How did the deliveries beside this one on its route go?
-- grain: one row per delivery of the route that was tried, or promised, on the same day
-- params: route
-- columns:
--   stop_sequence, delivery_id, status, is_due, is_on_time, lateness_minutes
--   arrived_at     first attempt or delivery, UTC
select
    stop_sequence,
    delivery_id,
    status,
    coalesce(first_attempt_at, delivered_at) as arrived_at,
    is_due,
    is_on_time,
    lateness_minutes
from deliveries
order by
    case when stop_sequence is null then 1 else 0 end asc,
    stop_sequence asc,
    arrived_at asc,
    delivery_id asc
