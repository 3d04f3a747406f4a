-- grain: one row per order
-- times: local
--
-- Items and positions have several rows an order: each is summed or chosen per order
-- first, so that no join repeats a delivery or its freight.
with

item as (

    select
        order_items.order_id,
        sum(cast(order_items.freight_value as decimal(18, 4))) as freight,
        sum(cast(products.product_weight_g as decimal(18, 4))) / 1000 as weight_kg,
        min_by(sellers.seller_state, order_items.order_item_id) as seller,
        min_by(
            category_names.product_category_name_english, order_items.order_item_id
        ) as category
    from order_items
    left join sellers on order_items.seller_id = sellers.seller_id
    left join products on order_items.product_id = products.product_id
    left join category_names
        on products.product_category_name = category_names.product_category_name
    group by order_items.order_id

),

place as (

    select
        geolocation_zip_code_prefix as postcode,
        avg(cast(geolocation_lat as double)) as latitude,
        avg(cast(geolocation_lng as double)) as longitude
    from geolocation
    group by geolocation_zip_code_prefix

)

select
    orders._file,
    orders._line,
    orders.order_id as delivery_id,
    orders.order_id,
    customers.customer_unique_id as customer_id,
    coalesce(item.seller, '(no seller)') as carrier,
    case
        when customers.customer_state in ('AC', 'AM', 'AP', 'PA', 'RO', 'RR', 'TO')
            then 'Norte'
        when customers.customer_state in ('DF', 'GO', 'MS', 'MT') then 'Centro-Oeste'
        when customers.customer_state in ('ES', 'MG', 'RJ', 'SP') then 'Sudeste'
        when customers.customer_state in ('PR', 'RS', 'SC') then 'Sul'
        else 'Nordeste'
    end as segment,
    case
        when item.weight_kg >= 10 or item.category like '%furniture%' then 'bulky'
        when regexp_matches(item.category, 'electronics|computers|telephony|art')
            then 'fragile'
        when item.category is not null or item.weight_kg is not null then 'small'
    end as product_class,
    customers.customer_state as zone,
    customers.customer_zip_code_prefix as postcode,
    place.latitude,
    place.longitude,
    case when place.postcode is null then 'none' else 'postcode' end as geocode_quality,
    item.weight_kg,
    orders.order_purchase_timestamp as ordered_at,
    orders.order_delivered_carrier_date as handed_over_at,
    orders.order_delivered_customer_date as delivered_at,
    orders.order_estimated_delivery_date as promised_by,
    true as promise_is_date,
    case
        when orders.order_status in ('canceled', 'unavailable') then 'cancelled'
        when orders.order_status = 'delivered' then 'delivered'
        else 'open'
    end as status,
    item.freight as cost_last_mile
from orders
left join customers on orders.customer_id = customers.customer_id
left join item on orders.order_id = item.order_id
left join place on customers.customer_zip_code_prefix = place.postcode
