-- title: Zones' forecasts at a fixed lead time
-- question: What did each step forecast for the zones, so many days before?
-- grain: one row per segment, zone, day, step and lead time with a zone's forecast
-- params: scope
-- columns:
--   segment, zone, target_date, step
--   lead_days       1, 7, 28 and the days by which capacity is committed
--   volume          of the latest issue at least so many days before, at most 7 more
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
        forecast.zone is not null
        and date_diff('day', cast(forecast.issued_at as date), forecast.target_date)
        between leads.lead_days and leads.lead_days + 7

)

select
    segment,
    zone,
    target_date,
    step,
    lead_days,
    volume
from ranked
where recency = 1
order by
    segment asc, zone asc, target_date asc, step asc, lead_days asc
