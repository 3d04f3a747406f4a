-- grain: one row per booking
-- times: utc
select
    booking_no as cost_id,
    shipment_no as delivery_id,
    tour_id as route_id,
    pool,
    amount,
    booked as booked_on,
    estimated,
    _file,
    _line
from finance_bookings
