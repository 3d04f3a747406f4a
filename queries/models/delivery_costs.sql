-- grain: one row per delivery with costs booked on it
-- stored: no
--
-- By pool; what is booked in a pool that the contract does not name is `other`.
with

booked as (

    select
        delivery_id,
        amount,
        case
            when pool in (
                'carrier_charge', 'customer_credit', 'linehaul', 'sorting',
                'last_mile', 'redelivery', 'returns', 'claims', 'contact',
                'surcharge', 'overhead'
            ) then pool
            else 'other'
        end as pool
    from costs
    where delivery_id is not null

)

select
    delivery_id,
    sum(amount) as booked_cost,
    sum(case when pool = 'carrier_charge' then amount end) as booked_carrier_charge,
    sum(case when pool = 'customer_credit' then amount end) as booked_customer_credit,
    sum(case when pool = 'linehaul' then amount end) as booked_linehaul,
    sum(case when pool = 'sorting' then amount end) as booked_sorting,
    sum(case when pool = 'last_mile' then amount end) as booked_last_mile,
    sum(case when pool = 'redelivery' then amount end) as booked_redelivery,
    sum(case when pool = 'returns' then amount end) as booked_returns,
    sum(case when pool = 'claims' then amount end) as booked_claims,
    sum(case when pool = 'contact' then amount end) as booked_contact,
    sum(case when pool = 'surcharge' then amount end) as booked_surcharge,
    sum(case when pool = 'overhead' then amount end) as booked_overhead,
    sum(case when pool = 'other' then amount end) as booked_other
from booked
group by delivery_id
