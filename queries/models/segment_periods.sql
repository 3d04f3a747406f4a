-- grain: one row per customer and stretch of time in one segment
-- stored: no
--
-- Days are local to the network and turned into moments here, once, so that a
-- delivery can be matched by its UTC order time. A stretch ends where the next begins.
with

ordered as (

    select
        customer_id,
        segment,
        valid_from,
        valid_to,
        coalesce(rule_version, '') as rule,
        lead(valid_from) over (
            partition by customer_id order by valid_from
        ) as next_from
    from segment_assignments

)

select
    customer_id,
    segment,
    rule,
    start_of_day(valid_from, network_zone()) as starts_at,
    start_of_day(
        least(
            coalesce(valid_to, cast('9999-01-01' as date)),
            coalesce(next_from, cast('9999-01-01' as date))
        ),
        network_zone()
    ) as ends_at
from ordered
