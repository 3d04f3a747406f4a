-- label: Open and overdue
-- question: When did the promises run out of deliveries that are still open?
-- unit: minutes
-- date: promised_date
--
-- Whole minutes since 1970, UTC, of timed promises that have fallen due: less the
-- snapshot's as_of it is how long each has been overdue so far.
select
    cast(
        date_diff('minute', cast('1970-01-01' as timestamp), committed_by) as integer
    ) as value
from deliveries
where is_due and is_timed and status = 'open'
