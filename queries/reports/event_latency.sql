-- title: How late carriers' messages come
-- question: How many minutes after an event does its message arrive?
-- grain: one row per carrier and minute, events of the 28 days before the as_of
-- params: scope
-- columns:
--   carrier
--   minutes    recorded_at less occurred_at, whole minutes
--   events     how many
select
    delivery.carrier,
    date_diff('minute', event.occurred_at, event.recorded_at) as minutes,
    count(*) as events
from events as event
inner join deliveries as delivery on event.delivery_id = delivery.delivery_id
where
    event.recorded_at is not null
    and event.occurred_at > snapshot_as_of() - interval 28 day
group by delivery.carrier, minutes
order by delivery.carrier asc, minutes asc
