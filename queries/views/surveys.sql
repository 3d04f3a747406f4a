-- grain: one row per survey sent
--
-- Whether the promise of its delivery has fallen due, as in views/deliveries.sql.
select
    * replace (coalesce(assigned_segment, segment, '(unassigned)') as segment),
    coalesce(is_standing and committed_by <= complete_to(carrier), false) as is_due
from surveys
