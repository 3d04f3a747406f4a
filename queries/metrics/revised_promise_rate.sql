-- label: Revised-promise rate
-- question: Of how many due deliveries did shipper or carrier move the promise?
-- unit: share
-- better: lower
-- date: promised_date
--
-- Such a move never resets the clock: on time is judged by the promise first given, or
-- the customer's own. Without any changes of promises there is no figure.
select
    cast(is_promise_revised as integer) as numerator,
    1 as denominator
from deliveries
where is_due and is_promise_revised is not null
