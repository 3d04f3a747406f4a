"""The entry: `streamlit run dashboard/app.py`."""

import streamlit as st

from dashboard import tree, ui

st.set_page_config(page_title="Doorstep", page_icon="🚪", layout="wide")

pages = tree.root() / "pages"
sections = {
    "Review": [
        st.Page(
            pages / "overview.py",
            title="Overview",
            default=True,
            help="How is each segment doing against target, and what changed?",
        ),
        st.Page(
            pages / "cost_to_serve.py",
            title="Cost to serve",
            help="Which segments and delivery models lose money, and why?",
        ),
        st.Page(
            pages / "service.py",
            title="Service",
            help="Is the promise kept, per segment, and is the process in control?",
        ),
        st.Page(
            pages / "satisfaction.py",
            title="Satisfaction",
            help="What do customers say, and what does a late minute cost in satisfaction?",
        ),
        st.Page(
            pages / "forecast.py",
            title="Forecast",
            help="Did the volume come as forecast, and what did the error cost?",
        ),
        st.Page(
            pages / "experiments.py",
            title="Experiments",
            help="Which delivery options work, for whom?",
        ),
    ],
    "Investigate": [
        st.Page(
            pages / "breach_map.py",
            title="Breach map",
            help="Where do breaches concentrate beyond chance?",
        ),
        st.Page(
            pages / "root_causes.py",
            title="Root causes",
            help="Which combinations drive breaches, and what would fixing each give?",
        ),
        st.Page(
            pages / "deliveries.py",
            title="Deliveries",
            help="Show me the rows, then the one delivery's timeline",
        ),
    ],
    "Carriers": [
        st.Page(
            pages / "carrier_comparison.py",
            title="Comparison",
            help="Who is better or worse than case mix explains?",
        ),
        st.Page(
            pages / "carrier_review.py",
            title="Carrier review",
            help="One carrier's quarter: scorecard, settlement, disputes",
        ),
    ],
    "Data": [
        st.Page(
            pages / "definitions.py",
            title="Definitions",
            help="What does each metric mean, and how do we compare with published figures?",
        ),
        st.Page(
            pages / "data_quality.py",
            title="Data quality",
            help="What came in, what was refused, how fresh is it?",
        ),
    ],
}
page = st.navigation(sections, position="top")
with ui.errors_as_sentences():
    ui.open_view(page.url_path, (one.url_path for held in sections.values() for one in held))
    page.run()
ui.warm_up()
