"""The one gate for SQL: a statement may name bare catalogue tables and nothing else.

Every name is rewritten to the schema it may read, in the statement's syntax tree and by
the rules of SQL scope, so that a `with` of its own, a nested query or a qualified name
cannot reach anything else.
"""

from collections.abc import Callable
from functools import cache

import sqlglot
from sqlglot import exp
from sqlglot.optimizer.scope import traverse_scope

from dashboard.errors import AccessError

Resolve = Callable[[str], exp.Table | exp.Subquery]


def rewrite(sql: str, resolve: Resolve) -> str:
    """Replace every table that a statement names.

    Args:
        sql: One SELECT, in DuckDB's dialect.
        resolve: Bare table name -> what to read instead. It raises for a name that does
            not exist for this reader.

    Raises:
        AccessError: The statement is no SELECT, or names something that is no bare table.
    """
    statement = _parse(sql)
    for table in _real_tables(statement):
        source = resolve(table.name)
        source.set("alias", table.args.get("alias") or exp.TableAlias(this=table.this))
        for part in ("joins", "sample", "pivots", "laterals"):
            if table.args.get(part):
                source.set(part, table.args[part])
        table.replace(source)
    return statement.sql(dialect="duckdb")


@cache
def placed(sql: str, schema: str, elsewhere: frozenset[tuple[str, str]] = frozenset()) -> str:
    """A statement of the catalogue whose tables all stand in known schemas.

    The catalogue's statements are few and are placed anew for every import and snapshot;
    taking one apart costs more than running it on little data, so the text is kept.

    Args:
        sql: One SELECT, in DuckDB's dialect.
        schema: Where tables stand.
        elsewhere: Tables that stand in another schema, each with its schema.

    Raises:
        AccessError: As `rewrite`.
    """
    schemas = dict(elsewhere)
    return rewrite(
        sql, lambda table: exp.table_(table, db=schemas.get(table, schema), quoted=True)
    )


@cache
def tables_named(sql: str) -> frozenset[str]:
    """Names of the tables that a statement reads, its own CTEs left out.

    Raises:
        AccessError: As `rewrite`.
    """
    return frozenset(table.name for table in _real_tables(_parse(sql)))


@cache
def without(sql: str, hidden: frozenset[str]) -> str:
    """A statement that does not select some columns; elsewhere it may still name them."""
    statement = _parse(sql)
    shown = [one for one in statement.selects if one.name not in hidden]
    return (
        sql
        if len(shown) == len(statement.selects)
        else statement.select(*shown, append=False).sql(dialect="duckdb")
    )


@cache
def columns_named(expression: str) -> frozenset[str]:
    """Names of the columns that an expression of SQL reads."""
    parsed = sqlglot.parse_one(expression, dialect="duckdb")
    return frozenset(column.name for column in parsed.find_all(exp.Column))


@cache
def words_named(sql: str) -> frozenset[str] | None:
    """Every name in a statement, in small letters, its columns among them.

    None where it reads all columns of something, whatever their names.

    Raises:
        AccessError: As `rewrite`.
    """
    statement = _parse(sql)
    if statement.find(exp.Star):
        return None
    return frozenset(one.name.lower() for one in statement.find_all(exp.Identifier))


def _parse(sql: str) -> exp.Query:
    try:
        statements = sqlglot.parse(sql, dialect="duckdb")
    except sqlglot.ParseError as wrong:
        message = f"SQL error: {wrong.errors[0]['description']}; mend the statement"
        raise AccessError(message) from wrong
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        message = "the statement is not one SELECT; only a SELECT can be asked"
        raise AccessError(message)
    return statements[0]


def _real_tables(statement: exp.Query) -> list[exp.Table]:
    if any(clause.args.get("recursive") for clause in statement.find_all(exp.With)):
        message = "the statement has a recursive WITH; write it without"
        raise AccessError(message)
    real, known = [], set()
    for scope in traverse_scope(statement):
        for table in scope.tables:
            known.add(id(table))
            if table.name in scope.cte_sources and not table.db:
                continue
            _check_bare(table)
            real.append(table)
    for table in statement.find_all(exp.Table):
        if id(table) not in known:
            message = f"'{table.sql('duckdb')}' stands where no table may; select from it plainly"
            raise AccessError(message)
    return real


def _check_bare(table: exp.Table) -> None:
    if not isinstance(table.this, exp.Identifier) or table.db or table.catalog:
        message = f"the statement names '{table.sql('duckdb')}'; only bare table names are allowed"
        raise AccessError(message)
