-- grain: one row per delivery
-- stored: no
--
-- Judges a delivery by its committed promise, and says whether that ran out in a window
-- that contracts exclude: unknown where there is no such window at all. The few windows
-- are looked through as a list: as a join they would hold all deliveries in memory.
select
    committed.*,
    not coalesce(promise_is_date, false) as is_timed,
    local_time(committed_by, local_zone) as committed_local,
    status <> 'cancelled' and (
        status = 'delivered' or delivered_at is not null
    ) as is_delivered,
    status <> 'cancelled'
    and coalesce(delivered_at <= committed_by, false) as is_on_time,
    case
        when (select count(*) from exclusion_windows) > 0
            then is_in_exclusion_window(committed_by, zone, carrier)
    end as is_excluded
from committed_deliveries as committed
