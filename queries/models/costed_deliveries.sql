-- grain: one row per delivery
-- stored: no
--
-- Adds what was booked on a delivery one by one, by pool, and all its cost together.
-- Without any amount the cost is unknown, not 0.
select
    given.*,
    cost.booked_cost,
    cost.booked_carrier_charge,
    cost.booked_customer_credit,
    cost.booked_linehaul,
    cost.booked_sorting,
    cost.booked_last_mile,
    cost.booked_redelivery,
    cost.booked_returns,
    cost.booked_claims,
    cost.booked_contact,
    cost.booked_surcharge,
    cost.booked_overhead,
    cost.booked_other,
    case
        when
            coalesce(
                cost.booked_cost, given.carrier_charge, given.customer_credit,
                given.cost_linehaul, given.cost_sorting, given.cost_last_mile,
                given.cost_redelivery, given.cost_returns, given.cost_claims,
                given.cost_contact, given.cost_surcharge, given.cost_overhead
            ) is not null
            then
                coalesce(cost.booked_cost, 0) + coalesce(given.carrier_charge, 0)
                + coalesce(given.customer_credit, 0) + coalesce(given.cost_linehaul, 0)
                + coalesce(given.cost_sorting, 0) + coalesce(given.cost_last_mile, 0)
                + coalesce(given.cost_redelivery, 0) + coalesce(given.cost_returns, 0)
                + coalesce(given.cost_claims, 0) + coalesce(given.cost_contact, 0)
                + coalesce(given.cost_surcharge, 0) + coalesce(given.cost_overhead, 0)
    end as total_cost
from deliveries as given
left join delivery_costs as cost on given.delivery_id = cost.delivery_id
