-- grain: one row per delivery
-- stored: yes
-- date: promised_date
--
-- Adds to the contract's columns what follows from the facts alone. What depends on
-- the moment of looking (is a promise due?) is in views/deliveries.sql.
select
    * exclude (committed_local, last_promise_by),
    is_on_time
    or coalesce(first_attempt_at <= committed_by, false) as is_attempt_on_time,
    case
        when is_timed and committed_from is not null
            then is_on_time and delivered_at >= committed_from
    end as is_in_window,
    case
        when is_timed and committed_from is not null
            then date_diff('minute', committed_from, committed_by)
    end as promise_minutes,
    is_on_time or coalesce(
        is_delivered
        and cast(local_time(delivered_at, local_zone) as date)
        <= cast(committed_local as date),
        false
    ) as is_on_day,
    case
        when last_promise_by is not null
            then
                status <> 'cancelled'
                and coalesce(delivered_at <= last_promise_by, false)
    end as is_on_last_promise,
    case
        when is_timed
            then cast(
                ceil(date_diff('microsecond', committed_by, delivered_at) / 6e7)
                as integer
            )
    end as lateness_minutes,
    case
        when not is_timed
            then date_diff(
                'day',
                cast(committed_local as date),
                cast(local_time(delivered_at, local_zone) as date)
            )
    end as late_days,
    lateness_band(
        is_on_time, is_delivered, lateness_minutes, late_days
    ) as lateness_band,
    cast(
        local_time(coalesce(first_attempt_at, delivered_at), local_zone) as date
    ) as tried_date,
    cast(committed_local as date) as promised_date,
    cast(local_time(ordered_at, local_zone) as date) as ordered_date,
    extract(isodow from committed_local) as promised_weekday,
    extract(hour from committed_local) as promised_hour,
    h3_cell(latitude, longitude) as cell
from judged_deliveries
