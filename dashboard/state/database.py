"""One SQLite file that several processes read and write at once."""

import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Lock
from time import monotonic, sleep
from typing import cast

from sqlalchemy import Connection, Engine, MetaData, NullPool, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry

from dashboard.errors import StateError
from dashboard.state.migrations import MIGRATIONS

TABLES = MetaData()
"""The tables as the last migration leaves them; a test holds the two together."""

_BUSY_SECONDS = 30
_PAUSE_SECONDS = 0.02
_PRIMARY = 0xFF


class Database:
    """A SQLite file: brought to the newest migration when first opened.

    Every use has a connection of its own, so threads share none; readers never wait, and
    a writer waits for the one before it.
    """

    def __init__(self, path: Path) -> None:
        """Name the file; it is made by the first write."""
        self.path = path
        self._engine = _engine(path)
        self._is_current = False
        self._lock = Lock()

    @property
    def exists(self) -> bool:
        """Whether anything was ever written."""
        return self.path.is_file()

    @contextmanager
    def reading(self) -> Generator[Connection, None, None]:
        """A connection that sees one state of the file.

        Raises:
            StateError: The file is of a newer version, damaged or busy for too long.
        """
        with self._transaction("begin") as connection:
            yield connection

    @contextmanager
    def writing(self) -> Generator[Connection, None, None]:
        """A connection that no other writer gets between; committed at the end.

        Raises:
            StateError: The file is of a newer version, damaged or busy for too long.
        """
        with self._transaction("begin immediate") as connection:
            yield connection

    def copy_to(self, path: Path) -> None:
        """Copy the file as it is at one moment, whoever writes meanwhile.

        Raises:
            StateError: The file is of a newer version, damaged or busy for too long.
        """
        with self.reading() as connection, closing(sqlite3.connect(path)) as target:
            source = cast("sqlite3.Connection", connection.connection.driver_connection)
            source.backup(target)

    @contextmanager
    def _transaction(self, begin: str) -> Generator[Connection, None, None]:
        try:
            self._bring_up_to_date()
            with _within(self._engine, begin) as connection:
                yield connection
        except DBAPIError as wrong:
            message = f"{self.path}: {_remedy(wrong)}"
            raise StateError(message) from wrong

    def _bring_up_to_date(self) -> None:
        with self._lock:
            if self._is_current and self.exists:
                return
            if not self.path.parent.is_dir():
                message = f"there is no folder {self.path.parent}; import into a warehouse first"
                raise StateError(message)
            with _within(self._engine, "begin immediate") as connection:
                self._migrate(connection)
            self._is_current = True

    def _migrate(self, connection: Connection) -> None:
        version = connection.exec_driver_sql("pragma user_version").scalar_one()
        if version > len(MIGRATIONS):
            message = (
                f"{self.path} is of version {version}, this Doorstep knows {len(MIGRATIONS)}; "
                "use a newer Doorstep"
            )
            raise StateError(message)
        for step in MIGRATIONS[version:]:
            for statement in step:
                connection.exec_driver_sql(statement)
        connection.exec_driver_sql(f"pragma user_version = {len(MIGRATIONS)}")


def _remedy(wrong: DBAPIError) -> str:
    code = getattr(wrong.orig, "sqlite_errorcode", 0) & _PRIMARY
    if code == sqlite3.SQLITE_BUSY:
        return f"another process has been writing for {_BUSY_SECONDS} seconds; try again after it"
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return f"{wrong.orig}; restore it from a backup"
    return f"{wrong.orig}; see that its folder can be written to"


def _engine(path: Path) -> Engine:
    engine = create_engine(
        f"sqlite:///{path}",
        poolclass=NullPool,
        isolation_level="AUTOCOMMIT",
        connect_args={"timeout": _BUSY_SECONDS},
    )
    event.listen(engine, "connect", _set_up)
    return engine


def _set_up(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    _write_ahead(cursor)
    for pragma in ("synchronous = full", "foreign_keys = on"):
        cursor.execute(f"pragma {pragma}")
    cursor.close()


def _write_ahead(cursor: DBAPICursor) -> None:
    """Turn write-ahead logging on: for this one step SQLite itself waits for nobody."""
    until = monotonic() + _BUSY_SECONDS
    while True:
        try:
            cursor.execute("pragma journal_mode = wal")
        except sqlite3.OperationalError as busy:
            if busy.sqlite_errorcode & _PRIMARY != sqlite3.SQLITE_BUSY or monotonic() > until:
                raise
            sleep(_PAUSE_SECONDS)
        else:
            return


@contextmanager
def _within(engine: Engine, begin: str) -> Generator[Connection, None, None]:
    """A transaction that says itself how it begins: Python's own never begins by writing.

    A connection that is closed before its commit takes everything back.
    """
    with engine.connect() as connection:
        connection.exec_driver_sql(begin)
        yield connection
        connection.exec_driver_sql("commit")
