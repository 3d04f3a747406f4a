-- title: The ledger
-- question: What does the ledger hold, by month and pool?
-- grain: one row per month and pool
-- params: scope
-- columns:
--   month, pool, amount
select
    cast(date_trunc('month', month) as date) as month,
    pool,
    sum(amount) as amount
from ledger
group by 1, 2
order by 1 asc, 2 asc
