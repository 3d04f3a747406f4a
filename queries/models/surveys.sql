-- grain: one row per survey sent
-- stored: yes
-- date: sent_date
--
-- Carries the dimensions of its delivery, so that satisfaction splits like all else,
-- and what the case mix is made of, so that carriers can be compared on it.
select
    survey.*,
    delivery.customer_id,
    delivery.carrier,
    delivery.segment,
    delivery.assigned_segment,
    delivery.channel,
    delivery.service,
    delivery.product_class,
    delivery.vehicle_type,
    delivery.driver_id,
    delivery.distance_km,
    delivery.weight_kg,
    delivery.is_timed,
    delivery.depot,
    delivery.zone,
    delivery.density_class,
    delivery.status,
    delivery.promised_weekday,
    delivery.promised_hour,
    delivery.cell,
    delivery.promised_date,
    delivery.is_on_time,
    delivery.is_delivered,
    delivery.lateness_minutes,
    delivery.lateness_band,
    delivery.committed_by,
    delivery.status <> 'cancelled' or coalesce(
        delivery.cancelled_at > delivery.committed_by, false
    ) as is_standing,
    themes_of(survey.comment) as comment_themes,
    cast(local_time(
        survey.sent_at, coalesce(delivery.local_zone, network_zone())
    ) as date) as sent_date
from surveys as survey
left join deliveries as delivery on survey.delivery_id = delivery.delivery_id
