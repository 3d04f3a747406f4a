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
