-- label: Themes of contacts
-- question: What do customers get in touch about, by the words of their contacts?
-- unit: text
-- date: promised_date
-- by: zone
--
-- Of due deliveries with a contact: per contact, between semicolons, 'theme=keyword'
-- for every match.
select contact_themes as value
from deliveries
where is_due and contact_themes is not null
