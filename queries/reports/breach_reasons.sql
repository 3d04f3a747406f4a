-- title: Declared reasons of breaches
-- question: Why were promises broken, as the carriers declare it?
-- grain: one row per declared reason of a breach, and one for none
-- params: scope
-- columns:
--   reason         as declared; '(none)' where nothing was
--   breaches       due deliveries that were not on time
--   undelivered    of them, never delivered
select
    coalesce(failure_reason, '(none)') as reason,
    count(*) as breaches,
    sum(case when is_delivered then 0 else 1 end) as undelivered
from deliveries
where is_due and not is_on_time
group by reason
order by breaches desc, reason asc
