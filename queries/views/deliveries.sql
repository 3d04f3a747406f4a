-- grain: one row per delivery
--
-- What the snapshot can know at its as_of. complete_to(carrier) is the last moment
-- whose messages should all have arrived: as_of less the carrier's completeness lag.
-- Larger H3 cells follow from the text of the kept one: three bits a resolution, all
-- set beyond its own. A cell that was kept larger has none smaller.
with

known as (

    select
        * replace (coalesce(assigned_segment, segment, '(unassigned)') as segment),
        status = 'cancelled' and coalesce(
            cancelled_at <= committed_by, true
        ) as is_cancelled_in_time
    from deliveries

)

select
    *,
    status <> 'open' as is_closed,
    not is_cancelled_in_time and committed_by <= complete_to(carrier) as is_due,
    not is_cancelled_in_time
    and committed_by > complete_to(carrier)
    and committed_by <= snapshot_as_of() as is_not_yet_known,
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
from known
