-- title: Windows that contracts exclude
-- question: When and where does a missed promise not count against a carrier?
-- grain: one row per window
-- params: scope
-- columns:
--   name              what contracts call it
--   starts_at         UTC, inclusive
--   ends_at           UTC, exclusive
--   zone, carrier     whom it concerns; null for all
--   reason            why
select
    name,
    starts_at,
    ends_at,
    zone,
    carrier,
    reason
from exclusion_windows
order by name asc
