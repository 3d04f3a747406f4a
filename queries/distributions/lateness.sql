-- label: Lateness
-- question: How many minutes after its promise did a delivery come?
-- unit: minutes
-- date: promised_date
--
-- Signed: negative when early. Timed promises that have fallen due; date promises are
-- never pooled with them. Null has not arrived, and ranks after every lateness.
select lateness_minutes as value
from deliveries
where is_due and is_timed
