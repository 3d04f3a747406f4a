-- grain: one row per delivery
-- stored: yes
-- date: promised_date
--
-- Adds to the contract's columns what follows from the facts alone. What depends on
-- the moment of looking (is a promise due?) is in views/deliveries.sql.
with

judged as (

    select
        *,
        not coalesce(promise_is_date, false) as is_timed,
        local_time(committed_by, local_zone) as committed_local,
        cast(local_time(delivered_at, local_zone) as date) as delivered_date,
        status <> 'cancelled' and (
            status = 'delivered' or delivered_at is not null
        ) as is_delivered,
        status <> 'cancelled'
        and coalesce(delivered_at <= committed_by, false) as is_on_time
    from committed_deliveries

),

measured as (

    select
        *,
        case
            when is_timed
                then cast(
                    ceil(date_diff('microsecond', committed_by, delivered_at) / 6e7)
                    as integer
                )
        end as lateness_minutes,
        case
            when not is_timed
                then date_diff('day', cast(committed_local as date), delivered_date)
        end as late_days
    from judged

)

select
    * exclude (committed_local),
    is_on_time
    or coalesce(first_attempt_at <= committed_by, false) as is_attempt_on_time,
    case
        when is_timed and committed_from is not null
            then is_on_time and delivered_at >= committed_from
    end as is_in_window,
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
from measured
