-- title: What customers write in surveys
-- question: Which themes do the comments of which zones hold?
-- grain: one row per zone and combination of themes; surveys with a comment
-- params: scope
-- columns:
--   zone          texts that were forgotten still count by their themes
--   themes        'theme=keyword' for every match; null where no theme was found
--   comments      how many
select
    coalesce(zone, '(none)') as zone,
    comment_themes as themes,
    count(*) as comments
from surveys
where comment is not null or comment_themes is not null
group by zone, comment_themes
order by zone asc, themes asc
