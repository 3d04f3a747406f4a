-- grain: one row per survey sent
-- times: utc
select
    survey_no as survey_id,
    shipment_no as delivery_id,
    sent as sent_at,
    answered as answered_at,
    stars as rating,
    would_recommend as recommend,
    comment,
    _file,
    _line
from survey_responses
