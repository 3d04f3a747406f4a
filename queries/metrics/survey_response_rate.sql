-- label: Survey response rate
-- question: Of the surveys sent, how many were answered?
-- unit: share
-- better: higher
-- date: sent_date
select
    cast(answered_at is not null as integer) as numerator,
    1 as denominator
from surveys
