-- title: Days that are unlike others
-- question: On which days was there a holiday, a promotion or special weather?
-- grain: one row per day with any of them
-- params: scope
-- columns:
--   date
--   holiday, promotion, weather_flag   null where there is none
select
    date,
    holiday,
    promotion,
    weather_flag
from calendar
where coalesce(holiday, promotion, weather_flag) is not null
order by date asc
