"""Finding themes in many texts at once, by whole words, stems and phrases."""

import duckdb
import polars as pl
import pyarrow as pa
from duckdb.func import FunctionNullHandling, PythonUDFType
from duckdb.sqltypes import VARCHAR

from dashboard.themes import END, FOLDED, PAIR, Keyword, Theme, Themes


def themes_of(texts: pl.Series, themes: Themes) -> pl.Series:
    """Which themes each text holds, and by which keywords.

    Args:
        texts: What people wrote, in any language; null where they wrote nothing.
        themes: Keywords by theme.

    Returns:
        Per text 'theme=keyword' for every match, in the order of the file, joined by '|';
        null where nothing matched.
    """
    said = _said_by_pattern(themes)
    if not said:
        return pl.Series(texts.name, [None] * len(texts), pl.String)
    found = _folded(texts).str.extract_many(list(said), overlapping=True)
    order = pl.Enum(list(dict.fromkeys(_pair(*one) for one in _entries(themes))))
    matched = (
        pl.DataFrame({"row": range(len(texts)), "pattern": found})
        .explode("pattern", empty_as_null=True)
        .drop_nulls("pattern")
        .with_columns(pair=pl.col("pattern").replace_strict(said, return_dtype=pl.List(pl.String)))
        .explode("pair", empty_as_null=True)
        .select("row", pl.col("pair").cast(order))
        .unique()
        .sort("row", "pair")
        .group_by("row", maintain_order=True)
        .agg(pl.col("pair").cast(pl.String).str.join(END))
    )
    rows = pl.DataFrame({"row": range(len(texts))})
    return rows.join(matched, on="row", how="left", maintain_order="left")["pair"]


def define_themes(connection: duckdb.DuckDBPyConnection, themes: Themes) -> None:
    """Define `themes_of(text)` for models; null where no theme is in the text."""

    def find(texts: pa.ChunkedArray) -> pa.Array:
        found = themes_of(pl.Series(pl.from_arrow(texts)), themes)
        return found.cast(pl.String).to_arrow().cast(pa.string())

    connection.create_function(
        "themes_of",
        find,
        [VARCHAR],
        VARCHAR,
        type=PythonUDFType.ARROW,
        null_handling=FunctionNullHandling.SPECIAL,
    )


def _entries(themes: Themes) -> list[tuple[Theme, Keyword]]:
    return [(theme, keyword) for theme in themes.themes for keyword in theme.keywords]


def _pair(theme: Theme, keyword: Keyword) -> str:
    return f"{theme.name}{PAIR}{keyword.text}"


def _said_by_pattern(themes: Themes) -> dict[str, list[str]]:
    """What a match of each pattern says; two themes may share one."""
    said: dict[str, list[str]] = {}
    for theme, keyword in _entries(themes):
        said.setdefault(keyword.pattern, []).append(_pair(theme, keyword))
    return said


def _folded(texts: pl.Series) -> pl.Series:
    """As `themes.fold`, for all texts at once."""
    small = texts.str.to_lowercase().str.replace_many(list(FOLDED), list(FOLDED.values()))
    bare = small.str.normalize("NFKD").str.replace_all(r"\p{M}", "")
    spaced = bare.str.replace_all(r"[^\p{L}\p{N}]+", " ").str.strip_chars(" ")
    return " " + spaced + " "
