-- grain: one row per change of a promise
-- times: utc
select
    shipment_no as delivery_id,
    changed as changed_at,
    new_from,
    new_by,
    requester as requested_by,
    _file,
    _line
from promise_changes
