-- title: Comments, word for word
-- question: What did customers write in surveys?
-- grain: one row per survey with a comment, the newest 5,000
-- params: scope
-- columns:
--   delivery_id, segment, zone, carrier
--   said_at       when it was answered, UTC
--   rating     1 to 5; null where none was given
--   text       as it came; mask it before showing it
select
    delivery_id,
    segment,
    coalesce(zone, '(none)') as zone,
    carrier,
    coalesce(answered_at, sent_at) as said_at,
    rating,
    comment as text
from surveys
where comment is not null
order by coalesce(answered_at, sent_at) desc, survey_id asc
limit 5000
