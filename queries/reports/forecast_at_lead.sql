-- title: Forecasts at a fixed lead time
-- question: What did each step forecast so many days before the day itself?
-- grain: one row per segment, zone, day, step and lead time with a forecast
-- params: scope
-- columns:
--   segment, target_date, step
--   zone            null for a forecast of the whole segment
--   lead_days       1, 7, 28 and the days by which capacity is committed
--   volume          of the latest issue at least so many days before, at most 7 more
--   lower, upper, level   its range and how often it should hold; null without one
--   planner         who is named for it; null for nobody
with

leads as (

    select 1 as lead_days
    union
    select 7 as lead_days
    union
    select 28 as lead_days
    union
    select capacity_commit_days() as lead_days

),

ranked as (

    select
        forecast.*,
        leads.lead_days,
        row_number() over (
            partition by
                forecast.segment,
                forecast.zone,
                forecast.target_date,
                forecast.step,
                leads.lead_days
            order by forecast.issued_at desc
        ) as recency
    from forecasts as forecast
    cross join leads
    where
        date_diff('day', cast(forecast.issued_at as date), forecast.target_date)
        between leads.lead_days and leads.lead_days + 7

)

select
    segment,
    zone,
    target_date,
    step,
    lead_days,
    volume,
    lower,
    upper,
    level,
    planner
from ranked
where recency = 1
order by
    segment asc, zone asc, target_date asc, step asc, lead_days asc
