-- grain: one row per file that is joined or summed
--
-- Orders count themselves, line by line; payments are not read at all.
select
    _file,
    count(*) filter (
        where order_id not in (select orders.order_id from orders)
    ) as unused
from order_items
group by _file
union all
select
    _file,
    0 as unused
from order_reviews
group by _file
union all
select
    _file,
    count(*) filter (
        where customer_id not in (select orders.customer_id from orders)
    ) as unused
from customers
group by _file
union all
select
    _file,
    count(*) filter (
        where seller_id not in (select order_items.seller_id from order_items)
    ) as unused
from sellers
group by _file
union all
select
    _file,
    count(*) filter (
        where product_id not in (select order_items.product_id from order_items)
    ) as unused
from products
group by _file
union all
select
    _file,
    count(*) filter (
        where product_category_name not in (
            select products.product_category_name from products
            where products.product_category_name is not null
        )
    ) as unused
from category_names
group by _file
union all
select
    _file,
    count(*) filter (
        where geolocation_zip_code_prefix not in (
            select customers.customer_zip_code_prefix from customers
        )
    ) as unused
from geolocation
group by _file
