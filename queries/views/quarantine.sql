-- grain: one row per refused row
--
-- A refused delivery is judged by what could be read of it, so that the effect of
-- refusing it can be told. Nothing else reads these two columns.
with

promised as (

    select
        *,
        end_of_promise(
            promised_by, coalesce(promise_is_date, false), network_zone()
        ) as promise_end
    from quarantine

)

select
    *,
    coalesce(
        status <> 'cancelled' and promise_end <= snapshot_as_of(), false
    ) as is_due,
    coalesce(status <> 'cancelled' and delivered_at <= promise_end, false) as is_on_time
from promised
