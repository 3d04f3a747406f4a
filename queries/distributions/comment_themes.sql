-- label: Themes of comments
-- question: What do customers write in surveys, by the words of their comments?
-- unit: text
-- date: sent_date
-- by: zone
--
-- 'theme=keyword' for every match; null where no theme was found. Comments that were
-- forgotten still count by their themes.
select comment_themes as value
from surveys
where comment is not null or comment_themes is not null
