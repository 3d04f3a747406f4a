-- title: Contacts, word for word
-- question: What did customers say when they got in touch?
-- grain: one row per contact with a text about a due delivery, the newest 5,000
-- params: scope
-- columns:
--   delivery_id, segment, zone, carrier
--   said_at           when the contact was opened, UTC
--   tool_theme     as the contact tool filed it
--   text           as it came; mask it before showing it
select
    delivery.delivery_id,
    delivery.segment,
    coalesce(delivery.zone, '(none)') as zone,
    delivery.carrier,
    contact.opened_at as said_at,
    contact.theme as tool_theme,
    contact.text
from deliveries as delivery
inner join contacts as contact on delivery.delivery_id = contact.delivery_id
where
    delivery.is_due
    and delivery.contact_themes is not null
    and contact.text is not null
order by contact.opened_at desc, contact.contact_id asc
limit 5000
