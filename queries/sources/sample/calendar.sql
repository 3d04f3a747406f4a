-- grain: one row per day
-- times: utc
select
    date,
    holiday,
    promotion,
    weather as weather_flag,
    _file,
    _line
from company_calendar
