-- grain: one row per event of a first attempt that failed
-- times: utc
select
    shipment_no as delivery_id,
    what as kind,
    happened as occurred_at,
    received as recorded_at,
    attempt_no as attempt,
    reason,
    evidence,
    _file,
    _line
from attempt_events
