-- title: Booked with the delivery, by pool
-- question: What do deliveries carry that was booked in the month of their promise?
-- grain: one row per month of promise
-- params: scope
-- columns:
--   month
--   carrier_charge … overhead   amounts that the source states on deliveries
select
    cast(date_trunc('month', promised_date) as date) as month,
    sum(coalesce(carrier_charge, 0)) as carrier_charge,
    sum(coalesce(customer_credit, 0)) as customer_credit,
    sum(coalesce(cost_linehaul, 0)) as linehaul,
    sum(coalesce(cost_sorting, 0)) as sorting,
    sum(coalesce(cost_last_mile, 0)) as last_mile,
    sum(coalesce(cost_redelivery, 0)) as redelivery,
    sum(coalesce(cost_returns, 0)) as returns,
    sum(coalesce(cost_claims, 0)) as claims,
    sum(coalesce(cost_contact, 0)) as contact,
    sum(coalesce(cost_surcharge, 0)) as surcharge,
    sum(coalesce(cost_overhead, 0)) as overhead
from deliveries
group by 1
order by 1 asc
