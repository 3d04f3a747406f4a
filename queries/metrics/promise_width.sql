-- label: Promise width
-- question: How many minutes wide is the window that customers were promised?
-- unit: minutes
-- better: lower
-- date: promised_date
--
-- Timed promises with a known beginning. A wider window is easier to keep: read it
-- beside the on-time rate, which padding of promises would raise.
select
    promise_minutes as numerator,
    1 as denominator
from deliveries
where is_due and promise_minutes is not null
