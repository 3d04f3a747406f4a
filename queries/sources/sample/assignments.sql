-- grain: one row per experiment and unit
-- times: utc
select
    test_key as experiment_id,
    unit as unit_id,
    variant as arm,
    bucketed_at as assigned_at,
    _file,
    _line
from platform_assignments
