-- grain: one row per ticket of the contact centre
-- times: utc
--
-- Moments are local with their offset, day first; what cannot be read passes through
-- for the check to name. Costs come in cents.
select
    ticket as contact_id,
    shipment as delivery_id,
    account as customer_id,
    coalesce(
        cast(try_strptime(opened, '%d/%m/%Y %H:%M:%S %z') as varchar), opened
    ) as opened_at,
    case topic
        when 'WISMO' then 'where is my order'
        when 'DELAY' then 'late delivery'
        when 'PLACE' then 'wrong place'
        when 'DMG' then 'damage'
        when 'MISS' then 'missing item'
        when 'POD' then 'proof of delivery'
        when 'ACCESS' then 'access'
        when 'STAFF' then 'courier'
        when 'REFUND' then 'refund'
        when 'MISC' then 'other'
        else topic
    end as theme,
    message as text,
    coalesce(
        cast(try_cast(cents as decimal(18, 4)) / 100 as varchar), cents
    ) as handling_cost,
    _file,
    _line
from contact_tickets
