-- grain: one row per survey sent
select * replace (coalesce(assigned_segment, segment, '(unassigned)') as segment)
from surveys
