-- title: Effect of each rule on the on-time rate
-- question: Which doubtful or refused deliveries bear on the on-time rate, and how?
-- grain: one row per kind and combination of rules that deliveries met
-- params: scope
-- columns:
--   kind          'warning' (counted in every figure) or 'refused' (in none)
--   rules         codes, joined by a comma
--   deliveries    rows that met exactly these
--   due           of them, promises fallen due, as far as they can be read
--   on_time       of those due, kept
select
    'warning' as kind,
    warnings as rules,
    count(*) as deliveries,
    sum(case when is_due then 1 else 0 end) as due,
    sum(case when is_due and is_on_time then 1 else 0 end) as on_time
from deliveries
where warnings is not null
group by warnings
union all
select
    'refused' as kind,
    reasons as rules,
    count(*) as deliveries,
    sum(case when is_due then 1 else 0 end) as due,
    sum(case when is_due and is_on_time then 1 else 0 end) as on_time
from quarantine
where table_name = 'deliveries'
group by reasons
order by kind asc, deliveries desc, rules asc
