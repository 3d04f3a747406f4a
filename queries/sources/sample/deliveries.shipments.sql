-- grain: one row per delivery in the TMS
-- times: utc
--
-- An unknown code passes through, so that the contract check names it.
select
    shipment_no as delivery_id,
    order_no as order_id,
    account_no as customer_id,
    carrier_name as carrier,
    cust_segment as segment,
    case delivery_mode
        when 'OWN' then 'in_house'
        when '3PL' then 'third_party'
        when 'CROWD' then 'crowd'
        when 'LOCKER' then 'locker'
        else delivery_mode
    end as channel,
    case svc
        when '2H' then '2-hour'
        when 'SD' then 'same day'
        when 'ND' then 'next day'
        when 'ECO' then 'economy'
        else svc
    end as service,
    product_cls as product_class,
    vehicle as vehicle_type,
    depot_name as depot,
    zone_code as zone,
    zip as postcode,
    lat as latitude,
    lon as longitude,
    geo_quality as geocode_quality,
    tour_id as route_id,
    stop_no as stop_sequence,
    stop_ref as stop_id,
    leg_min as leg_minutes,
    leg_km,
    driver_ref as driver_id,
    weight_kg,
    volume_l,
    dist_km as distance_km,
    door_minutes as service_minutes,
    order_ts as ordered_at,
    handover_ts as handed_over_at,
    dispatch_ts as out_for_delivery_at,
    attempt1_ts as first_attempt_at,
    pod_ts as delivered_at,
    cancel_ts as cancelled_at,
    return_ts as returned_at,
    promise_from_ts as promised_from,
    promise_to_ts as promised_by,
    promise_day_only as promise_is_date,
    case state
        when 'OPN' then 'open'
        when 'DLV' then 'delivered'
        when 'FLD' then 'failed'
        when 'RTN' then 'returned'
        when 'LST' then 'lost'
        when 'CNX' then 'cancelled'
        else state
    end as status,
    attempts,
    fail_reason as failure_reason,
    pod_type as proof_of_delivery,
    pod_asked as required_proof,
    income as revenue,
    freight_charge as carrier_charge,
    goodwill as customer_credit,
    c_linehaul as cost_linehaul,
    c_sort as cost_sorting,
    c_lastmile as cost_last_mile,
    c_redelivery as cost_redelivery,
    c_contact as cost_contact,
    c_surcharge as cost_surcharge,
    c_overhead as cost_overhead,
    _file,
    _line
from shipments
