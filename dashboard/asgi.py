"""The app with its own routes beside it: what `doorstep serve` runs.

`streamlit run dashboard/app.py` serves the same pages without the routes.
"""

from pathlib import Path

import streamlit as st

from dashboard.ui.deliveries import exporting

app = st.App(Path(__file__).with_name("app.py"), routes=exporting.ROUTES)
exporting.SERVED.set()
