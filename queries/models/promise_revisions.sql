-- grain: one row per delivery whose promise was changed after it was given
-- stored: no
--
-- What the promise became in the end, whoever moved it, and whether the shipper or the
-- carrier did. None of it moves the promise that counts.
with

ranked as (

    select
        delivery_id,
        new_by,
        requested_by,
        row_number() over (
            partition by delivery_id order by changed_at desc, new_by desc
        ) as recency
    from promise_changes

)

select
    delivery_id,
    max(case when recency = 1 then new_by end) as last_by,
    max(
        case when requested_by in ('shipper', 'carrier') then 1 else 0 end
    ) = 1 as is_revised
from ranked
group by delivery_id
