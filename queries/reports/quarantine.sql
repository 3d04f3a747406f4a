-- title: Quarantined rows
-- question: What came in and was refused, why, and where does it stand?
-- grain: one row per refused row
-- params: scope
-- columns:
--   table_name    contract table, or raw table where the record could not be read
--   file, line    where it stands; line is null where the profile joined several
--   reasons       codes, joined by a comma
--   raw           the row as it came
select
    table_name,
    file,
    line,
    reasons,
    raw
from quarantine
order by table_name asc, file asc, line asc
