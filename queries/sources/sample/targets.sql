-- grain: one row per segment, metric and quarter
-- times: utc
select
    segment,
    metric,
    quarter,
    replace(target, ',', '.') as target,
    _file,
    _line
from finance_targets
