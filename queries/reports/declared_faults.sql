-- title: What was declared of deliveries that went wrong, and what else is known
-- question: Which reasons do carriers declare, and what speaks for or against them?
-- grain: one row per carrier, reason and other knowledge, of due deliveries gone wrong
-- params: scope
-- columns:
--   carrier
--   reason             as declared; null for none
--   is_breach          the promise was broken
--   is_attempt_failed  the first attempt failed
--   lost               1 where the delivery is lost
--   excluded           1 where the promise ran out in an exclusion window
--   handed_over_late   1 where it was handed over after the promise had run out
--   arrival            1 where the first attempt failed and an arrival is known
--   no_arrival         1 where it failed, the carrier sends arrivals, and none is known
--   deliveries         how many
with

arrivals as (

    select delivery_id
    from events
    where kind = 'arrival' and coalesce(attempt, 1) = 1
    group by delivery_id

),

senders as (

    select distinct delivery.carrier
    from arrivals
    inner join deliveries as delivery on arrivals.delivery_id = delivery.delivery_id

),

wrong as (

    select
        *,
        coalesce(
            attempts > 1 or (attempts = 1 and is_closed and not is_delivered), false
        ) as is_attempt_failed
    from deliveries
    where is_due and (not is_on_time or attempts > 1)

)

select
    wrong.carrier,
    wrong.failure_reason as reason,
    not wrong.is_on_time as is_breach,
    wrong.is_attempt_failed,
    case when wrong.status = 'lost' then 1 else 0 end as lost,
    case when coalesce(wrong.is_excluded, false) then 1 else 0 end as excluded,
    case
        when wrong.handed_over_at > wrong.committed_by then 1
        else 0
    end as handed_over_late,
    case
        when wrong.is_attempt_failed and arrivals.delivery_id is not null then 1
        else 0
    end as arrival,
    case
        when
            wrong.is_attempt_failed
            and senders.carrier is not null
            and arrivals.delivery_id is null
            then 1
        else 0
    end as no_arrival,
    count(*) as deliveries
from wrong
left join arrivals on wrong.delivery_id = arrivals.delivery_id
left join senders on wrong.carrier = senders.carrier
group by
    wrong.carrier, reason, is_breach, wrong.is_attempt_failed, lost, excluded,
    handed_over_late, arrival, no_arrival
order by wrong.carrier asc, reason asc, deliveries desc
