-- title: Costs booked one by one
-- question: What was booked when, on deliveries, on routes only, or on neither?
-- grain: one row per month of booking, place, pool and whether it is an estimate
-- params: scope
-- columns:
--   month           in which it was booked
--   booked_on       'delivery', 'route' or 'neither'
--   route_month     month of the route; null where none is known
--   depot, channel  of the route; '(none)' where none is known
--   pool            as the source names it
--   is_estimated    accrued, its bill still to come
--   amount
select
    cast(date_trunc('month', cost.booked_on) as date) as month,
    case
        when cost.delivery_id is not null then 'delivery'
        when route.route_id is not null then 'route'
        else 'neither'
    end as booked_on,
    cast(date_trunc('month', route.route_date) as date) as route_month,
    coalesce(route.depot, '(none)') as depot,
    coalesce(carrier.kind, '(none)') as channel,
    cost.pool,
    coalesce(cost.estimated, false) as is_estimated,
    sum(cost.amount) as amount
from costs as cost
left join routes as route
    on cost.delivery_id is null and cost.route_id = route.route_id
left join carriers as carrier on route.carrier = carrier.carrier
group by 1, 2, 3, 4, 5, 6, 7
order by 1 asc, 2 asc, 3 asc, 4 asc, 5 asc, 6 asc, 7 asc
