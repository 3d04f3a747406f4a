-- grain: one row per window that contracts exclude
-- times: utc
select
    event as name,
    begins as starts_at,
    ends as ends_at,
    zone,
    carrier,
    cause as reason,
    _file,
    _line
from contract_windows
