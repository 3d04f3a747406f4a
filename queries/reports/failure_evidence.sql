-- title: Deliveries with evidence of what happened
-- question: For which deliveries does an event carry evidence?
-- grain: one row per delivery with such an event
-- params: scope
-- columns:
--   delivery_id
--   evidence        what the first such event refers to
select
    delivery.delivery_id,
    min(event.evidence) as evidence
from deliveries as delivery
inner join events as event on delivery.delivery_id = event.delivery_id
where event.evidence is not null
group by delivery.delivery_id
order by delivery.delivery_id asc
