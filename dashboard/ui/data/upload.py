"""Bring your own data: choose files, see how they are read, correct it, import."""

import re
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from dashboard import settings
from dashboard.charts.data import drafts as drawn
from dashboard.errors import DashboardError
from dashboard.ui import snapshots, view
from dashboard.ui.data import mapping
from dashboard.ui.text import plain
from dashboard.warehouse import Draft, ImportOptions, Known, Manifest, Warehouse
from dashboard.warehouse.guessing import texts, write, zipped
from dashboard.warehouse.uploads import Upload, save

_FILES, _IMPORTED = "doorstep_own_files", "doorstep_own_imported"
_DEFAULT_LABEL = "Own data"
_GUIDE = (
    "Choose one file per table: deliveries, and what else you have (surveys, events, customers). "
    "Nothing is imported before you have seen how it is read."
)


def first_data() -> None:
    """The page where nothing was imported yet."""
    st.title("No data yet: bring your own files", anchor=False)
    st.markdown("Or stop the server and run `doorstep demo`: it builds a made-up network.")
    bring_your_own_data()


def bring_your_own_data() -> None:
    """The guided upload: files, preview and mapping, what is to decide, profile, import."""
    limit = settings.load().upload_limit_mb
    if not limit:
        st.markdown("Uploads are switched off here; use `doorstep profile new` on the server.")
        return
    st.markdown(plain(_GUIDE))
    chosen = st.file_uploader(
        "CSV or Parquet files",
        accept_multiple_files=True,
        max_upload_size=limit,
        key="own_files",
    )
    if not chosen:
        _forget()
        return
    with _refusals_shown():
        _guess_once(chosen, limit)
        _corrected(chosen, limit)


def _corrected(chosen: Sequence[UploadedFile], limit: int) -> None:
    warehouse = view.warehouse(view.warehouse_folder())
    newest = warehouse.newest() if warehouse.exists() else None
    mapping.source_form(_label(warehouse, newest))
    name = _name(mapping.draft().label, warehouse, newest)
    blocked = _blocked(newest, name, warehouse)
    if blocked:
        st.warning(plain(blocked))
    for table in mapping.draft().tables:
        st.header(plain(table.files), anchor=False)
        st.markdown(plain(drawn.table_sentence(table)))
        head = pl.DataFrame(table.head, schema=list(table.shape.columns), orient="row")
        st.dataframe(
            head, hide_index=True, alt=f"First records of {table.files}", height="content"
        )
        mapping.table_form(table, warehouse.editor())
    draft = mapping.draft()
    st.header("The profile", anchor=False)
    for question in draft.questions:
        st.warning(f"To decide: {plain(question.says)}.")
    _profile(draft, name)
    if newest and not blocked:
        st.markdown("The import replaces all data that this source brought before.")
    ready = not draft.questions and not blocked
    if st.button("Import", type="primary", key="own_import", disabled=not ready):
        _import(warehouse, chosen, name, limit)
    if _IMPORTED in st.session_state:
        _account(st.session_state[_IMPORTED])


def _guess_once(chosen: Sequence[UploadedFile], limit: int) -> None:
    """Guess anew only when other files were chosen: corrections would be lost."""
    ids = tuple(one.file_id for one in chosen)
    if st.session_state.get(_FILES) == ids:
        return
    _forget()
    warehouse = view.warehouse(view.warehouse_folder())
    with st.spinner("Reading the files"), _saved(chosen, limit) as folder:
        mapping.start(warehouse.guess_profile(folder, Known(label=_DEFAULT_LABEL)))
    st.session_state[_FILES] = ids


def _forget() -> None:
    for key in (_FILES, _IMPORTED):
        st.session_state.pop(key, None)


@contextmanager
def _saved(chosen: Sequence[UploadedFile], limit: int) -> Generator[Path, None, None]:
    """The files in a folder that is gone afterwards."""
    with TemporaryDirectory(prefix="doorstep-upload-") as temporary:
        folder = Path(temporary) / "upload"
        folder.mkdir()
        try:
            save([Upload(one.name, one.getbuffer()) for one in chosen], folder, limit)
            yield folder
        except DashboardError as refused:
            message = str(refused).replace(str(folder), "the upload")
            raise type(refused)(message) from refused


@contextmanager
def _refusals_shown() -> Generator[None, None, None]:
    try:
        yield
    except DashboardError as refused:
        folder = view.warehouse_folder()
        st.error(plain(str(refused).replace(folder, "the warehouse")))


def _profile(draft: Draft, name: str) -> None:
    """The profile to read and to keep."""
    with st.expander("The profile as files: SQL to keep and to edit"):
        for file, text in texts(draft).items():
            st.markdown(f"**{plain(file)}**")
            st.code(text, language="sql" if file.endswith(".sql") else "toml", height=320)
    st.download_button(
        "Download the profile",
        data=zipped(draft, name),
        file_name=f"{name}.zip",
        mime="application/zip",
        key="own_profile",
        on_click="ignore",
        icon=":material/download:",
    )


def _import(warehouse: Warehouse, chosen: Sequence[UploadedFile], name: str, limit: int) -> None:
    """Import the files with the profile as it stands, as `doorstep import` would."""
    with st.status("Importing") as status, _saved(chosen, limit) as folder:
        profile = folder.with_name(name)
        write(mapping.draft(), profile)
        options = ImportOptions(
            str(profile),
            progress=lambda step: status.update(label=f"Importing: {step}"),
            same_profile=True,
        )
        imported = warehouse.import_folder(folder, options)
        status.update(label="Imported", state="complete")
    st.session_state[_IMPORTED] = imported.manifest


def _account(manifest: Manifest) -> None:
    """What became of the files, and the way to the new snapshot."""
    for one in manifest.tables:
        reasons = ", ".join(f"{reason} {count:,}" for reason, count in one.reasons.items())
        refused = f", {one.quarantined:,} refused ({reasons})" if one.quarantined else ""
        st.success(plain(f"{one.table}: {one.accepted:,} of {one.rows:,} rows accepted{refused}."))
    malformed = sum(file.malformed for file in manifest.sources)
    if malformed:
        st.warning(f"{malformed:,} records could not be read; they are in the quarantine.")
    st.button(
        f"Open snapshot {manifest.id}",
        key="own_open",
        type="primary",
        on_click=snapshots.open_snapshot,
        args=(manifest.id,),
    )


def _label(warehouse: Warehouse, newest: Manifest | None) -> str:
    """The name of the source that was brought before, else a first one."""
    if newest is None or newest.profile in warehouse.profiles():
        return _DEFAULT_LABEL
    return newest.label


def _name(label: str, warehouse: Warehouse, newest: Manifest | None) -> str:
    """A profile's name: that of the same source before, else made from the label."""
    ours = warehouse.profiles()
    if newest and newest.label == label and newest.profile not in ours:
        return newest.profile
    name = re.sub(r"[^a-z0-9]+", "-", label.lower()).strip("-") or "own-data"
    return f"{name}-data" if name in ours else name


def _blocked(newest: Manifest | None, name: str, warehouse: Warehouse) -> str:
    """Why these files cannot be imported here; empty where they can."""
    if newest is None or newest.profile == name:
        return ""
    as_before = "" if newest.profile in warehouse.profiles() else ", or name the source as before"
    return (
        f"This warehouse holds data of “{newest.label}” (profile '{newest.profile}'), which is "
        "not replaced. Make the profile here and download it; to import, serve an empty folder "
        f"with doorstep serve --warehouse FOLDER{as_before}."
    )
