-- title: Deliveries due, as the search for causes reads them
-- question: What does each delivery have that could go with its being late?
-- grain: one row per delivery due
-- params: scope
-- columns:
--   promised_date
--   late             1 where the promise was broken
--   carrier, zone, service, channel, product_class, depot, vehicle_type, driver
--   promised_hour    of promises of a time; null for promises of a day
--   promised_weekday
select
    promised_date,
    case when is_on_time then 0 else 1 end as late,
    carrier,
    zone,
    service,
    channel,
    product_class,
    case when is_timed then promised_hour end as promised_hour,
    promised_weekday,
    depot,
    vehicle_type,
    driver_id as driver
from deliveries
where is_due
