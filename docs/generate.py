"""Write the docs that can be derived: metrics, data contract, settings, command line.

`python docs/generate.py` writes them; with `--check` it only says which are stale.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from dashboard import tree
from dashboard.catalog import Catalog, read_catalog
from dashboard.cli import doorstep
from dashboard.contract import REASONS, Column, Reference, Table
from dashboard.settings import Settings

DOCS = Path(__file__).parent
_NOTE = "<!-- Written by `make docs`; do not edit. -->"
_WIDTH = 88


def metrics(catalog: Catalog) -> str:
    """docs/metrics.md: every metric, dimension and report as the catalogue states it."""
    parts = [f"{_NOTE}\n# Metrics\n\nOne file under `queries/metrics/` states each of them once."]
    parts += [
        f"## {metric.label}\n\n`{metric.name}` · {metric.unit} · better: {metric.better} · "
        f"dated by `{metric.date}`\n\n**{metric.question}** {metric.definition}".rstrip()
        + f"\n\n```sql\n{metric.sql}\n```"
        for metric in catalog.metrics.values()
    ]
    parts += [
        f"## {one.label} (distribution)\n\n`{one.name}` · {one.unit} · dated by `{one.date}`\n\n"
        f"**{one.question}** {one.definition}\n\n```sql\n{one.sql}\n```"
        for one in catalog.distributions.values()
    ]
    dimensions = [
        f"| `{d.name}` | {d.label} | {d.column or f'{d.grain} of the metric'} |"
        for d in catalog.dimensions.values()
    ]
    parts.append("# Dimensions\n\n" + _table(("name", "label", "from"), dimensions))
    reports = [
        f"| `{r.name}` | {r.title} | {r.question} | {r.grain} |" for r in catalog.reports.values()
    ]
    parts.append("# Reports\n\n" + _table(("name", "title", "question", "grain"), reports))
    return "\n\n".join(parts) + "\n"


def contract(catalog: Catalog) -> str:
    """docs/data-contract.md: every table and column a profile may fill."""
    reasons = _table(
        ("reason", "when"), [f"| `{code}` | {says} |" for code, says in REASONS.items()]
    )
    parts = [_intro("data-contract").replace("{reasons}", reasons)]
    parts += [_contract_table(table) for table in catalog.contract.values()]
    return "\n\n".join(parts) + "\n"


def settings() -> str:
    """docs/settings.md: every key of doorstep.toml."""
    rows = [
        f"| `{name}` | `DOORSTEP_{name.upper()}` "
        f"| `{field.get_default(call_default_factory=True)}` | {field.description} |"
        for name, field in Settings.model_fields.items()
    ]
    return (
        f"{_NOTE}\n# Settings\n\nA file `doorstep.toml` in the folder that a command runs in; "
        "a variable of the environment wins over it.\n\n"
        + _table(("key", "variable", "default", "meaning"), rows)
        + "\n"
    )


def command_line() -> str:
    """docs/command-line.md: the help of every command."""
    context = click.Context(doorstep, info_name="doorstep", max_content_width=_WIDTH)
    return "\n\n".join([_intro("command-line"), *_helps(doorstep, context)]) + "\n"


def _helps(group: click.Group, context: click.Context) -> Iterator[str]:
    """The help of every command of a group, and of the groups inside it."""
    for name, command in sorted(group.commands.items()):
        own = click.Context(command, info_name=name, parent=context, max_content_width=_WIDTH)
        own.terminal_width = _WIDTH
        yield f"## {own.command_path}\n\n```text\n{command.get_help(own)}\n```"
        if isinstance(command, click.Group):
            yield from _helps(command, own)


def _contract_table(table: Table) -> str:
    kept = f"; kept by month of `{table.month}`" if table.month else ""
    rows = [_column(name, column) for name, column in table.columns.items()]
    parts = [
        f"## {table.name}\n\nKey: {', '.join(f'`{name}`' for name in table.key)}{kept}.",
        _table(("column", "type", "required", "values"), rows),
        *map(_reference, table.references),
    ]
    rules = {**table.warnings, **table.findings}
    if rules:
        warnings = [f"| `{code}` | {rule.says} |" for code, rule in rules.items()]
        parts.append(_table(("warning", "meaning"), warnings))
    return "\n\n".join(parts)


def _reference(reference: Reference) -> str:
    places = " or ".join(f"`{place}`" for place in reference.to)
    rows = f" (rows where {reference.where})" if reference.where else ""
    otherwise = "is refused" if reference.unknown == "refuse" else "is counted as a warning"
    return f"`{reference.column}`{rows} stands in {places}; an unknown one {otherwise}."


def _column(name: str, column: Column) -> str:
    limits = ", ".join(
        f"{word} {limit}"
        for word, limit in (("at least", column.min), ("at most", column.max))
        if limit is not None
    )
    required = "yes" if column.required else ""
    return f"| `{name}` | {column.type} | {required} | {', '.join(column.values) or limits} |"


def _table(heads: tuple[str, ...], rows: list[str]) -> str:
    return "\n".join([f"| {' | '.join(heads)} |", "|---" * len(heads) + "|", *rows])


def _intro(page: str) -> str:
    """The hand-written beginning of a page."""
    text = (DOCS / "intro" / f"{page}.md").read_text(encoding="utf-8").strip()
    return f"{_NOTE.replace('do not edit', f'its beginning is intro/{page}.md')}\n{text}"


def main(words: list[str]) -> int:
    """Write, or check, every generated page; returns the exit code."""
    catalog = read_catalog(tree.root() / "queries")
    pages = {
        "metrics.md": metrics(catalog),
        "data-contract.md": contract(catalog),
        "settings.md": settings(),
        "command-line.md": command_line(),
    }
    stale = [
        name
        for name, text in pages.items()
        if not (DOCS / name).is_file() or (DOCS / name).read_text(encoding="utf-8") != text
    ]
    if "--check" in words:
        for name in stale:
            sys.stderr.write(f"docs/{name} is stale; run 'make docs'\n")
        return 1 if stale else 0
    for name in stale:
        (DOCS / name).write_text(pages[name], encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
