-- grain: one row per segment, zone, day, time of issue and step
-- times: utc
select
    segment,
    zone,
    day as target_date,
    issued as issued_at,
    step,
    planner,
    volume,
    lower,
    upper,
    level,
    _file,
    _line
from planning_forecasts
