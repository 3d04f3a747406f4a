-- grain: one row per zone
-- times: utc
select
    zone,
    outline as geometry,
    name,
    density_class,
    _file,
    _line
from network_zones
