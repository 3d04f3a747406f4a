-- title: What customers get in touch about
-- question: Which themes do the contacts of which zones hold?
-- grain: one row per zone and combination of themes; due deliveries with a contact
-- params: scope
-- columns:
--   zone
--   themes         per contact, between semicolons: 'theme=keyword' for every match
--   tool_themes    per contact, between semicolons: as the contact tool filed it
--   deliveries     how many
select
    coalesce(zone, '(none)') as zone,
    contact_themes as themes,
    contact_tool_themes as tool_themes,
    count(*) as deliveries
from deliveries
where is_due and contact_themes is not null
group by zone, contact_themes, contact_tool_themes
order by zone asc, themes asc, tool_themes asc
