-- grain: one row per delivery
-- stored: no
--
-- Brings a delivery together with what other tables know of it, and settles which
-- promise counts. A date promise is due at the end of that local day. Without any
-- contacts at all their number is unknown, not 0; so is whether promises were revised
-- without any change of one. A segment given by another version of the rule in an
-- earlier snapshot stays: only the same version may restate history.
select
    given.*,
    place.density_class,
    case when past.delivery_id is null then period.segment else past.segment end
        as assigned_segment,
    case when past.delivery_id is null then period.rule else past.rule end
        as assigned_rule,
    case
        when (select count(*) from contacts) > 0
            then coalesce(contact.contact_count, 0)
    end as contact_count,
    contact.contact_themes,
    contact.contact_tool_themes,
    coalesce(request.new_from, given.promised_from) as committed_from,
    end_of_promise(
        coalesce(request.new_by, given.promised_by),
        coalesce(given.promise_is_date, false),
        coalesce(place.time_zone, network_zone())
    ) as committed_by,
    case
        when (select count(*) from promise_changes) > 0
            then coalesce(revision.is_revised, false)
    end as is_promise_revised,
    case
        when (select count(*) from promise_changes) > 0
            then end_of_promise(
                coalesce(revision.last_by, given.promised_by),
                coalesce(given.promise_is_date, false),
                coalesce(place.time_zone, network_zone())
            )
    end as last_promise_by,
    coalesce(place.time_zone, network_zone()) as local_zone
from costed_deliveries as given
left join customer_promises as request on given.delivery_id = request.delivery_id
left join promise_revisions as revision
    on given.delivery_id = revision.delivery_id
left join delivery_contacts as contact on given.delivery_id = contact.delivery_id
left join zones as place on given.zone = place.zone
left join segment_periods as period
    on
        given.customer_id = period.customer_id
        and given.ordered_at >= period.starts_at
        and given.ordered_at < period.ends_at
left join past_segments as past
    on
        given.delivery_id = past.delivery_id
        and (
            period.rule <> past.rule
            or (period.rule is null and not past.is_rule_in_use)
        )
