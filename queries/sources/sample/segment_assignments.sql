-- grain: one row per customer and stretch of time in one segment
-- times: local
select
    account_no as customer_id,
    segment,
    valid_from,
    valid_to,
    rule_version,
    _file,
    _line
from segment_history
