-- title: Capacity planned
-- question: For how many deliveries was there capacity, and what does an error cost?
-- grain: one row per day and segment; segment '(none)' where a plan names none
-- params: scope
-- columns:
--   date, segment
--   planned       deliveries: the segment's own plan, else the sum of its zones'
--   cost_under    of a delivery beyond capacity; null where nobody says
--   cost_over     of a place that stays empty; null where nobody says
select
    date,
    coalesce(segment, '(none)') as segment,
    coalesce(
        sum(case when zone is null then planned_deliveries end),
        sum(planned_deliveries)
    ) as planned,
    cast(avg(unit_cost_under) as double) as cost_under,
    cast(avg(unit_cost_over) as double) as cost_over
from capacity
group by 1, 2
order by 1 asc, 2 asc
