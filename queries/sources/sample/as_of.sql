-- grain: one row
-- times: utc
select max(cast(exported_at as timestamp)) as as_of
from export_log
