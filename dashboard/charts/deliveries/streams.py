"""Rows that are written out while they are read: CSV and Parquet, never all in memory."""

import json
from collections.abc import Iterator
from io import BytesIO

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from dashboard.charts.tables import safe_text


def csv_parts(frames: Iterator[pl.DataFrame]) -> Iterator[bytes]:
    """Frames of the same columns as one CSV file in parts, safe to open in a spreadsheet."""
    for number, frame in enumerate(frames):
        yield safe_text(frame).write_csv(include_header=number == 0).encode()


def parquet_parts(frames: Iterator[pl.DataFrame]) -> Iterator[bytes]:
    """Frames of the same columns as one Parquet file in parts: a row group each."""
    first = next(frames).to_arrow()
    kept = _Kept()
    with pq.ParquetWriter(pa.PythonFile(kept, mode="w"), first.schema, compression="zstd") as to:
        for frame in frames:
            to.write_table(frame.to_arrow().cast(first.schema))
            yield kept.taken()
    yield kept.taken()


def json_parts(frames: Iterator[pl.DataFrame]) -> Iterator[bytes]:
    """Frames of the same columns as one list of objects in parts; times and money as text."""
    before = "[\n"
    for frame in frames:
        for row in frame.iter_rows(named=True):
            yield f"{before}{json.dumps(row, default=str, ensure_ascii=False)}".encode()
            before = ",\n"
    yield b"\n]\n" if before != "[\n" else b"[]\n"


class _Kept(BytesIO):
    """A file that is taken away piece by piece; it goes on counting from its beginning."""

    def __init__(self) -> None:
        super().__init__()
        self._gone = 0

    def tell(self) -> int:
        """Bytes written since the beginning."""
        return self._gone + super().tell()

    def taken(self) -> bytes:
        """What was written since the last time."""
        piece = self.getvalue()
        self._gone += len(piece)
        self.seek(0)
        self.truncate()
        return piece

    def close(self) -> None:
        """Stay open: what is left is still to be taken."""
