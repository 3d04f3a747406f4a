-- grain: one row per delivery that a customer got in touch about
-- stored: no
select
    delivery_id,
    count(*) as contact_count
from contacts
where delivery_id is not null
group by delivery_id
