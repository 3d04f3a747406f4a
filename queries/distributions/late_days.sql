-- label: Lateness of date promises
-- question: How many days after its promised day did a delivery come?
-- unit: count
-- date: promised_date
--
-- Signed: negative when early. Date promises that have fallen due; timed promises are
-- never pooled with them. Null has not arrived, and ranks after every lateness.
select late_days as value
from deliveries
where is_due and not is_timed
