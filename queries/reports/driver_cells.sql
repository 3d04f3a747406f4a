-- title: Deliveries due by all that might explain lateness
-- question: How many deliveries of each kind were due, and how many of them late?
-- grain: one row per combination of all columns but the counts
-- params: scope
-- columns:
--   carrier, service, product_class, density_class, vehicle_type, depot
--   promised_weekday
--   part_of_day    of the promise: morning before 12, afternoon, evening from 18, a day
--   week           Monday of the week of the promise
--   due, late
with

due as (

    select
        *,
        case
            when not is_timed then 'a day'
            when promised_hour < 12 then 'morning'
            when promised_hour < 18 then 'afternoon'
            else 'evening'
        end as part_of_day
    from deliveries
    where is_due

)

select
    coalesce(carrier, '(none)') as carrier,
    coalesce(service, '(none)') as service,
    coalesce(product_class, '(none)') as product_class,
    coalesce(density_class, '(none)') as density_class,
    coalesce(vehicle_type, '(none)') as vehicle_type,
    coalesce(depot, '(none)') as depot,
    promised_weekday,
    part_of_day,
    cast(date_trunc('week', promised_date) as date) as week,
    count(*) as due,
    count(case when not is_on_time then 1 end) as late
from due
group by
    carrier, service, product_class, density_class, vehicle_type, depot,
    promised_weekday, part_of_day, week
