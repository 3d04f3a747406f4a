-- title: Zones and their outlines
-- question: Where do zones lie?
-- grain: one row per zone with an outline
-- params: scope
-- columns:
--   zone
--   name
--   geometry    GeoJSON
select
    zone,
    name,
    geometry
from zones
where geometry is not null
order by zone asc
