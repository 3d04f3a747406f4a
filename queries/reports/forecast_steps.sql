-- title: Steps of the forecast
-- question: Which steps of the process issued forecasts, and how many?
-- grain: one row per step
-- params: scope
-- columns:
--   step
--   forecasts       rows of all segments, zones, days and times of issue
select
    step,
    count(*) as forecasts
from forecasts
group by step
order by step asc
