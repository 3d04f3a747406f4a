-- grain: one row per tour
-- times: utc
select
    tour_id as route_id,
    tour_date as route_date,
    depot_name as depot,
    carrier_name as carrier,
    vehicle as vehicle_type,
    driver_ref as driver_id,
    paid_min as paid_minutes,
    stem_min as stem_minutes,
    stem_km,
    rate_min as rate_per_minute,
    rate_km as rate_per_km,
    fixed as fixed_cost,
    _file,
    _line
from tours
