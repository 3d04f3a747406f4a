-- grain: one row per experiment
-- times: local
select
    test_key as experiment_id,
    title as name,
    hypothesis,
    bucketed_by as unit,
    control as control_arm,
    shares as split,
    goal as primary_metric,
    smallest_effect as worthwhile_effect,
    limits as guardrails,
    first_day as started_on,
    last_day as ends_on,
    planned as planned_units,
    _file,
    _line
from platform_experiments
