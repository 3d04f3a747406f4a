-- grain: one row per month and pool
-- times: utc
select
    month,
    pool,
    replace(amount, ',', '.') as amount,
    _file,
    _line
from finance_ledger
