-- title: Proof of delivery against what was required
-- question: Of the deliveries that arrived, how many have the proof that was required?
-- grain: one row per carrier, segment and required proof
-- params: scope
-- columns:
--   carrier, segment
--   required        proof that was required: photo, signature, otp or pin
--   delivered       deliveries that arrived and needed it
--   complied        of them, with that very proof
--   other           of them, with another proof
--   share           complied / delivered, 0 to 1
with

needed as (

    select
        coalesce(carrier, '(none)') as carrier,
        segment,
        required_proof as required,
        case when proof_of_delivery = required_proof then 1 else 0 end as is_met,
        case
            when proof_of_delivery <> required_proof and proof_of_delivery <> 'none'
                then 1
            else 0
        end as is_other
    from deliveries
    where is_delivered and required_proof is not null and required_proof <> 'none'

)

select
    carrier,
    segment,
    required,
    count(*) as delivered,
    sum(is_met) as complied,
    sum(is_other) as other,
    1e0 * sum(is_met) / count(*) as share
from needed
group by carrier, segment, required
order by carrier asc, segment asc, required asc
