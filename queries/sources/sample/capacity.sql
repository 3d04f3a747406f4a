-- grain: one row per day and segment
-- times: utc
select
    day as date,
    segment,
    planned as planned_deliveries,
    cost_short as unit_cost_under,
    cost_idle as unit_cost_over,
    _file,
    _line
from planning_capacity
