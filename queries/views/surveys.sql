-- grain: one row per survey sent
--
-- Whether the promise of its delivery has fallen due, and
-- the larger H3 cells, as in views/deliveries.sql.
select
    * replace (coalesce(assigned_segment, segment, '(unassigned)') as segment),
    coalesce(is_standing and committed_by <= complete_to(carrier), false) as is_due,
    case
        when substr(cell, 2, 1) >= '7'
            then '87' || substr(cell, 3, 7) || 'ffffff'
    end as cell_7,
    case
        when substr(cell, 2, 1) >= '6'
            then
                '86' || substr(cell, 3, 6)
                || case when substr(cell, 9, 1) >= '8' then 'f' else '7' end || 'ffffff'
    end as cell_6,
    case
        when substr(cell, 2, 1) >= '5'
            then
                '85' || substr(cell, 3, 5)
                || case
                    when substr(cell, 8, 1) <= '3' then '3'
                    when substr(cell, 8, 1) <= '7' then '7'
                    when substr(cell, 8, 1) <= 'b' then 'b'
                    else 'f'
                end || 'fffffff'
    end as cell_5
from surveys
