-- label: Contacts as filed
-- question: What did the contact tool file the contacts under?
-- unit: text
-- date: promised_date
-- by: zone
--
-- Of due deliveries with a contact: for each, between semicolons, the tool's own word.
select contact_tool_themes as value
from deliveries
where is_due and contact_themes is not null
