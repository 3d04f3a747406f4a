-- grain: one row per customer
-- times: utc
select
    account_no as customer_id,
    lower(kind) as business_type,
    account,
    region,
    customer_since as first_order_at,
    _file,
    _line
from crm_customers
