-- grain: one row per carrier
-- times: utc
select
    carrier,
    kind,
    manager as account_manager,
    _file,
    _line
from carrier_master
