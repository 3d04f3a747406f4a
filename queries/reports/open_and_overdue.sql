-- title: Open and overdue
-- question: Which timed promises ran out without a delivery so far, and how long ago?
-- grain: one row per segment and whole minute overdue
-- params: scope
-- columns:
--   segment
--   minutes       from the committed promise to the snapshot's as_of
--   deliveries    how many are still open
select
    segment,
    date_diff('minute', committed_by, snapshot_as_of()) as minutes,
    count(*) as deliveries
from deliveries
where is_due and is_timed and status = 'open'
group by segment, minutes
order by segment asc, minutes asc
