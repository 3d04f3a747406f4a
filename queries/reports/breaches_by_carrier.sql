-- title: SLA breaches by carrier
-- question: Which carriers miss the promise, in which segments, and how often?
-- grain: one row per carrier and segment with at least one breach
-- params: scope
-- columns:
--   carrier, segment
--   due             deliveries whose promise has fallen due
--   breaches        due deliveries that were not on time, lost ones included
--   breach_share    breaches / due, 0 to 1
with

due as (

    select *
    from deliveries
    where is_due

)

select
    coalesce(carrier, '(none)') as carrier,
    segment,
    count(*) as due,
    sum(case when not is_on_time then 1 else 0 end) as breaches,
    avg(case when not is_on_time then 1e0 else 0e0 end) as breach_share
from due
group by carrier, segment
having sum(case when not is_on_time then 1 else 0 end) > 0
order by breaches desc, carrier asc, segment asc
