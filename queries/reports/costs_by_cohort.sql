-- title: When costs were booked, by cohort
-- question: Which month's deliveries are the costs of that one month booked?
-- grain: one row per month of promise and month of booking
-- params: scope
-- columns:
--   promised_month   of the delivery; null where the delivery is not known
--   booked_month     of the cost
--   amount
select
    cast(date_trunc('month', delivery.promised_date) as date) as promised_month,
    cast(date_trunc('month', cost.booked_on) as date) as booked_month,
    sum(cost.amount) as amount
from costs as cost
left join deliveries as delivery on cost.delivery_id = delivery.delivery_id
where cost.delivery_id is not null
group by 1, 2
order by 1 asc, 2 asc
