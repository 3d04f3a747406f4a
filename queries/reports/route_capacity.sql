-- title: What routes were paid for
-- question: How much paid time do routes have, how much stem time, at what rates?
-- grain: one row per month, depot and channel with any route
-- params: scope
-- columns:
--   month, depot, channel   of the route; the channel is its carrier's
--   routes                  how many
--   paid_minutes, stem_minutes, stem_km
--   time_cost, km_rate      paid minutes at their rates; rates per km, by paid minutes
--   fixed_cost              beside minutes and kilometres
with

known as (

    select
        route.*,
        carrier.kind,
        coalesce(route.paid_minutes, 0) as paid
    from routes as route
    left join carriers as carrier on route.carrier = carrier.carrier

)

select
    cast(date_trunc('month', route_date) as date) as month,
    coalesce(depot, '(none)') as depot,
    coalesce(kind, '(none)') as channel,
    count(*) as routes,
    sum(cast(paid as decimal(18, 4))) as paid_minutes,
    sum(cast(coalesce(stem_minutes, 0) as decimal(18, 4))) as stem_minutes,
    sum(cast(coalesce(stem_km, 0) as decimal(18, 4))) as stem_km,
    sum(cast(paid * coalesce(rate_per_minute, 0) as decimal(18, 4))) as time_cost,
    sum(cast(paid * coalesce(rate_per_km, 0) as decimal(18, 4))) as km_rate,
    sum(coalesce(fixed_cost, 0)) as fixed_cost
from known
group by month, depot, channel
order by month asc, depot asc, channel asc
