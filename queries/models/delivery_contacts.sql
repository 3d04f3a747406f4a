-- grain: one row per delivery that a customer got in touch about
-- stored: no
--
-- Each contact's themes stand between semicolons, in order of time: what keywords found
-- in its text, and what the contact tool filed it under. The two are never mixed.
select
    delivery_id,
    count(*) as contact_count,
    string_agg(
        coalesce(themes_of(text), ''), ';'
        order by opened_at, contact_id
    ) as contact_themes,
    string_agg(
        replace(coalesce(theme, ''), ';', ','), ';'
        order by opened_at, contact_id
    ) as contact_tool_themes
from contacts
where delivery_id is not null
group by delivery_id
