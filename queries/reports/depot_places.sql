-- title: Where depots stand
-- question: Where is each depot, as far as its deliveries tell?
-- grain: one row per depot with a delivery that has coordinates
-- params: scope
-- columns:
--   depot
--   latitude, longitude   middle of the deliveries within a kilometre of its nearest;
--                         of all its deliveries where no distance is known
--   deliveries            with coordinates
with

placed as (

    select
        depot,
        latitude,
        longitude,
        distance_km
    from deliveries
    where depot is not null and latitude is not null

),

nearest as (

    select
        depot,
        min(distance_km) as distance_km,
        count(*) as deliveries
    from placed
    group by depot

)

select
    nearest.depot,
    avg(placed.latitude) as latitude,
    avg(placed.longitude) as longitude,
    max(nearest.deliveries) as deliveries
from nearest
inner join placed
    on
        nearest.depot = placed.depot
        and (
            nearest.distance_km is null
            or placed.distance_km <= nearest.distance_km + 1
        )
group by nearest.depot
order by nearest.depot asc
