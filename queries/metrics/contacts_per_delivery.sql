-- label: Contacts per delivery
-- question: How often does a due delivery make the customer get in touch?
-- unit: ratio
-- better: lower
-- date: promised_date
--
-- Only where contacts are known at all: without a contacts table there is no figure.
select
    contact_count as numerator,
    1 as denominator
from deliveries
where is_due and contact_count is not null
