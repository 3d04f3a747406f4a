"""Satisfaction: what do customers say, and what does a late minute cost in satisfaction?

For: managers. Reads: analysis.satisfaction.
"""

from dashboard import charts, ui
from dashboard.analysis.satisfaction.examples import examples
from dashboard.analysis.satisfaction.lateness_cost import lateness_cost
from dashboard.analysis.satisfaction.ratings import satisfaction
from dashboard.analysis.satisfaction.silent import silent_failures
from dashboard.analysis.satisfaction.themes import themes
from dashboard.analysis.satisfaction.voice import finding, lacking
from dashboard.charts.satisfaction import drawn as voices
from dashboard.charts.satisfaction import tables as voice_tables
from dashboard.charts.satisfaction import words as theme_words

view = ui.current_view()
asked = view.scope.during(view.scope.period)
said = ui.answer(satisfaction, asked)
cost = ui.answer(lateness_cost, asked)
review = ui.answer(themes, asked)
silent = ui.answer(silent_failures, asked)
ui.title(finding(said, cost, review))
ui.said_lacking(lacking(said, review, silent))
ui.voice_kpis(said, cost, silent)

plain = ("satisfaction", "top_two_share", "net_recommendation", "survey_response_rate")
rows = voice_tables.segment_rows(said)
with ui.panel(
    "Rating by segment",
    charts.detail("stars of 5, weighted to the deliveries due; bar: 95 % interval",
                  view.period_name, said.whole.replies),
    ui.Source(plain, ("segment",), asked, rows),
    key="ratings",
):  # fmt: skip
    ui.chart(voices.rating_dots(said, view.palette), key="rating_dots")
    ui.table(voice_tables.segment_table(said), "Satisfaction by segment", key="rating_table")
    ui.quiet(voices.effective_said(said))

bands = ui.Source(("contacts_per_delivery",), ("lateness_band",), asked,
                  voice_tables.band_rows(cost))  # fmt: skip
with ui.halves():
    unit = "mean rating by lateness; line: model; hollow: under 30 answers"
    detail = charts.detail(unit, view.period_name, said.whole.replies)
    with ui.panel("What lateness costs", detail, bands, key="lateness"):
        ui.chart(voices.lateness_ratings(cost, view.palette), key="lateness_ratings")
        ui.sentence(voices.cost_sentence(cost))
        ui.table(voice_tables.curve_table(cost), "The model by segment", key="curves")
    unit = "contacts per 100 deliveries due, by lateness"
    detail = charts.detail(unit, view.period_name, said.whole.due)
    with ui.panel("Who gets in touch", detail, bands, key="contacts"):
        ui.chart(voices.contact_bars(cost, view.palette), key="contact_bars")
        ui.table(voice_tables.filed_table(review), "As the tool filed it", key="filed")

themed = ("contact_themes", "comment_themes")
rows = voice_tables.theme_rows(review.zones)
source = ui.Source((), (), asked, rows, distributions=themed)
with ui.panel("What is new, and where", theme_words.family(review), source, key="emerging"):
    ui.table(voice_tables.emerging_table(review), "Themes by zone", key="emerging_table")
    with ui.boxes():
        chosen = ui.choose("theme"), ui.choose("said_in", width=140)
    wanted = ui.asked_example(review, *chosen)
    texts = ui.answer(examples, *wanted, asked)
    ui.sentence(theme_words.examples(texts, view.reader.themes, wanted))
    ui.table(voice_tables.example_table(texts), "Examples, masked", key="examples")

rows = voice_tables.theme_rows(review.overall)
source = ui.Source((), (), asked, rows, distributions=themed)
with ui.panel("What it is about", theme_words.counted(review), source, key="themes"):
    ui.table(voice_tables.overall_table(review), "Themes of the scope", key="themes_table")

rows = voice_tables.silence_rows(silent)
source = ui.Source((), (), asked, rows, report="silent_failures")
with ui.panel("Silent failures", theme_words.silent_unit(silent), source, key="silent"):
    ui.sentence(voices.silence_sentence(silent))
    ui.table(voice_tables.silence_table(silent), "Silent failures", key="silent_table")
