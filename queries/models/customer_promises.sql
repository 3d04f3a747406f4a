-- grain: one row per delivery whose customer asked for another promise
-- stored: no
--
-- The customer's own last request moves the promise. A shipper's or carrier's change
-- never does: it would let the late party reset its own clock.
with

requests as (

    select
        delivery_id,
        new_from,
        new_by,
        row_number() over (
            partition by delivery_id order by changed_at desc, new_by desc
        ) as recency
    from promise_changes
    where requested_by = 'customer'

)

select
    delivery_id,
    new_from,
    new_by
from requests
where recency = 1
