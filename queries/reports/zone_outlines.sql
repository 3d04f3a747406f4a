-- title: Outlines of the zones
-- question: Where does each zone lie, and what is it called?
-- grain: one row per zone
-- params: scope
-- columns:
--   zone, name, density_class
--   geometry     GeoJSON, as the source has it; null where it has none
select
    zone,
    name,
    density_class,
    geometry
from zones
order by zone asc
