-- grain: one row per delivery
-- stored: no
--
-- Judges a delivery by its committed promise, and says whether that ran out in a window
-- that contracts exclude: unknown where there is no such window at all.
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
            then exists (
                select 1
                from exclusion_windows as exclusion
                where
                    committed.committed_by >= exclusion.starts_at
                    and committed.committed_by < exclusion.ends_at
                    and coalesce(
                        exclusion.zone = committed.zone, exclusion.zone is null
                    )
                    and coalesce(
                        exclusion.carrier = committed.carrier, exclusion.carrier is null
                    )
            )
    end as is_excluded
from committed_deliveries as committed
