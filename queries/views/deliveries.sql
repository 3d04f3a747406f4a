-- grain: one row per delivery
--
-- What the snapshot can know at its as_of. complete_to(carrier) is the last moment
-- whose messages should all have arrived: as_of less the carrier's completeness lag.
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
    and committed_by <= snapshot_as_of() as is_not_yet_known
from known
