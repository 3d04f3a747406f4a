-- grain: one row per delivery that a depot keyed in by hand
-- times: local
--
-- What cannot be read as a date or number passes through for the check to name.
with

keyed as (

    select
        columns('^(_file|_line|nur_tag|[^_]+)$'),
        replace(columns('_(eur|kg|l|km|min|grad)$'), ',', '.'),
        coalesce(
            cast(try_strptime(trim(columns('_um$')), '%d.%m.%Y %H:%M') as varchar),
            columns('_um$')
        )
    from manual_entries

)

select
    sendung as delivery_id,
    auftrag as order_id,
    kunde as customer_id,
    frachtfuehrer as carrier,
    segment,
    kanal as channel,
    service,
    warenart as product_class,
    fahrzeug as vehicle_type,
    case depot
        when 'Nord' then 'North'
        when 'Ost' then 'East'
        when 'Süd' then 'South'
        else depot
    end as depot,
    gebiet as zone,
    plz as postcode,
    breite_grad as latitude,
    laenge_grad as longitude,
    ortung as geocode_quality,
    tour as route_id,
    stopp as stop_sequence,
    halt as stop_id,
    anfahrt_min as leg_minutes,
    anfahrt_km as leg_km,
    fahrer as driver_id,
    gewicht_kg as weight_kg,
    volumen_l as volume_l,
    strecke_km as distance_km,
    tuer_min as service_minutes,
    bestellt_um as ordered_at,
    uebergeben_um as handed_over_at,
    in_zustellung_um as out_for_delivery_at,
    erster_versuch_um as first_attempt_at,
    zugestellt_um as delivered_at,
    storniert_um as cancelled_at,
    zurueck_um as returned_at,
    zusage_von_um as promised_from,
    zusage_bis_um as promised_by,
    case nur_tag
        when 'ja' then 'true' when 'nein' then 'false' else nur_tag
    end as promise_is_date,
    status,
    versuche as attempts,
    grund as failure_reason,
    nachweis as proof_of_delivery,
    sollnachweis as required_proof,
    erloes_eur as revenue,
    fracht_eur as carrier_charge,
    gutschrift_eur as customer_credit,
    fernverkehr_eur as cost_linehaul,
    sortierung_eur as cost_sorting,
    letzte_meile_eur as cost_last_mile,
    zweitversuch_eur as cost_redelivery,
    kontakt_eur as cost_contact,
    zuschlag_eur as cost_surcharge,
    gemein_eur as cost_overhead,
    _file,
    _line
from keyed
