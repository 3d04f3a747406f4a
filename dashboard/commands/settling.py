"""Commands that settle a carrier's quarter by its contract, and keep its disputes."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dashboard import printing
from dashboard.commands.options import (
    DONE,
    format_option,
    open_reader,
    open_state,
    open_warehouse,
    warehouse_option,
    warehouse_path,
)
from dashboard.errors import ContractError

if TYPE_CHECKING:
    import polars as pl

    from dashboard.analysis.settlement.quarter import Asked, Settlement
    from dashboard.contracts import Contract
    from dashboard.state import State
    from dashboard.warehouse import Reader


@click.command()
@click.argument("carrier")
@click.argument("quarter", metavar="YYYYQN")
@click.option(
    "--contracts",
    "shelf",
    type=click.Path(path_type=Path),
    help="Folder of the contracts (default: that of the settings).",
)
@click.option(
    "--what-if",
    "changed",
    type=click.Path(path_type=Path),
    help="Another contract: the last six quarters under it, beside what they came to.",
)
@click.option("--evidence", is_flag=True, help="Print every delivery behind the lines instead.")
@click.option("--signed", is_flag=True, help="Print every version that was signed off instead.")
@click.option("--sign-off", "signer", metavar="NAME", help="Freeze the statement as it is now.")
@click.option("--note", help="What the signer says to it.")
@click.option("--snapshot", type=int, help="Id of the snapshot (default: the newest).")
@warehouse_option
@format_option
def settle(carrier: str, quarter: str, folder: Path | None, form: str, **asked: Any) -> int:
    """Print what CARRIER's contract makes of a quarter, line by line.

    Positive amounts are owed by the carrier. Disputes that were upheld are considered.
    """
    reader = open_reader(folder, asked["snapshot"])
    wanted = quarter_asked(reader, folder, asked["shelf"], (carrier, quarter))
    if asked["evidence"]:
        from dashboard.analysis.settlement.quarter import settlement_evidence

        printing.rows(settlement_evidence(reader, wanted), form)
    elif asked["signed"]:
        from dashboard.analysis.settlement.decisions import signed_versions
        from dashboard.charts.carriers.settlement import signed_rows

        signed = open_state(folder).settlements(wanted.carrier)
        found = signed_versions(signed, wanted.carrier, wanted.quarter)
        printing.rows(signed_rows(found), form)
    elif asked["changed"]:
        _print_what_if(reader, wanted, asked["changed"], form)
    else:
        _print_statement(reader, wanted, open_state(folder), form)
    if asked["signer"]:
        _sign(reader, wanted, folder, (asked["signer"], asked["note"]))
    return DONE


@click.group(invoke_without_command=True)
@click.option("--carrier", help="Those with one carrier.")
@warehouse_option
@format_option
@click.pass_context
def disputes(context: click.Context, carrier: str | None, folder: Path | None, form: str) -> int:
    """List disputes with carriers, oldest first; or file one, or decide it."""
    if context.invoked_subcommand:
        context.default_map = {context.invoked_subcommand: {"folder": folder}}
        return DONE
    from dashboard.charts.carriers.settlement import disputes_rows

    printing.rows(disputes_rows(open_state(folder).disputes(carrier)), form)
    return DONE


@disputes.command("file")
@click.argument("carrier")
@click.argument("quarter", metavar="YYYYQN")
@click.option("--by", required=True, metavar="NAME", help="Who files it.")
@click.option("--reason", required=True, help="Why the settlement is wrong.")
@click.option(
    "--clause", help="The one clause it is about (default: all but commitments of volume)."
)
@click.option(
    "--delivery", "deliveries", multiple=True, metavar="ID", help="A delivery; may be repeated."
)
@click.option("--evidence", help="Where the evidence is.")
@click.option("--note", help="What else there is to say.")
@click.option("--contracts", "shelf", type=click.Path(path_type=Path), help="As for 'settle'.")
@warehouse_option
def file_dispute(carrier: str, quarter: str, folder: Path | None, **told: Any) -> int:
    """Dispute deliveries of CARRIER's quarter, or the whole line of a clause."""
    from dashboard.analysis.settlement.decisions import check_claim
    from dashboard.state import Claim

    reader = open_reader(folder, None)
    wanted = quarter_asked(reader, folder, told["shelf"], (carrier, quarter))
    claim = Claim(
        carrier=carrier,
        quarter=wanted.quarter,
        reason=told["reason"],
        clause=told["clause"],
        deliveries=tuple(dict.fromkeys(told["deliveries"])),
        note=told["note"],
        evidence=told["evidence"],
    )
    check_claim(reader, wanted, claim)
    filed = open_state(folder).file_dispute(claim, told["by"])
    click.echo(f"Dispute {filed.id} is filed; it changes nothing before it is upheld.")
    return DONE


@disputes.command("decide")
@click.argument("dispute", type=int)
@click.option(
    "--uphold/--reject", "upholds", required=True, help="Whether the settlement was wrong."
)
@click.option("--by", required=True, metavar="NAME", help="Who decides.")
@click.option("--note", help="Why.")
@click.option("--contracts", "shelf", type=click.Path(path_type=Path), help="As for 'settle'.")
@warehouse_option
def decide_dispute(dispute: int, folder: Path | None, **told: Any) -> int:
    """Decide a dispute; where it is upheld, print what the quarter's lines come to now."""
    from dashboard.analysis.settlement.quarter import settlement
    from dashboard.charts.carriers.settlement import difference_rows

    state, reader = open_state(folder), open_reader(folder, None)
    found = next((one.claim for one in state.disputes() if one.id == dispute), None)
    before = None
    if found:
        about = (found.carrier, found.quarter)
        before = settlement(reader, quarter_asked(reader, folder, told["shelf"], about))
    decision = "upheld" if told["upholds"] else "rejected"
    decided = state.decide_dispute(dispute, decision, told["by"], told["note"])
    click.echo(f"Dispute {decided.id} is {decision}.")
    if before:
        about = (decided.claim.carrier, decided.claim.quarter)
        after = settlement(reader, quarter_asked(reader, folder, told["shelf"], about))
        printing.table(difference_rows(before.statement, after.statement))
    return DONE


def quarter_asked(
    reader: "Reader", folder: Path | None, shelf: Path | None, about: tuple[str, str]
) -> "Asked":
    """A carrier's quarter, with the contracts at hand and what people decided."""
    from dashboard.analysis.settlement.decisions import as_decided

    state = open_state(folder)
    contracts = contracts_at_hand(reader, folder, shelf)
    carrier, quarter = about
    decided = state.disputes(carrier), state.settlements(carrier)
    return as_decided(contracts, carrier, quarter, *decided)


def contracts_at_hand(
    reader: "Reader", folder: Path | None, shelf: Path | None
) -> "tuple[Contract, ...]":
    """The contracts of a folder, or of the one that the settings name."""
    from dashboard import settings
    from dashboard.contracts import read_shelf, vocabulary

    if shelf is not None and not shelf.is_dir():
        message = f"there is no folder {shelf}; name the one that holds the contracts"
        raise ContractError(message)
    place = shelf or settings.load().contracts_folder(warehouse_path(folder))
    return read_shelf(place, vocabulary(reader.catalog))


def _print_statement(reader: "Reader", asked: "Asked", state: "State", form: str) -> None:
    from dashboard.analysis.settlement.decisions import signed_of
    from dashboard.analysis.settlement.quarter import settlement
    from dashboard.charts.carriers import settlement as drawn

    found = settlement(reader, asked)
    signed = signed_of(state.settlements(asked.carrier), asked.carrier, asked.quarter)
    said = [drawn.maturity_said(found), drawn.signed_said(signed, found.statement)]
    if form == "json":
        printing.structure(_told(found, drawn.statement_rows(found), said))
    elif form == "table":
        for sentence in (f"{found.message}.", *filter(None, said)):
            click.echo(sentence)
        printing.table(drawn.statement_table(found), wraps=("How", "Rule"))
    else:
        printing.rows(drawn.statement_rows(found), form)


def _told(found: "Settlement", rows: "pl.DataFrame", said: Sequence[str]) -> dict[str, Any]:
    statement = found.statement
    return {
        "message": found.message,
        "carrier": statement.carrier,
        "quarter": statement.quarter,
        "total": str(statement.total),
        "currency": statement.currency,
        "cap": None if statement.cap is None else str(statement.cap),
        "provisional": statement.provisional,
        "remarks": [one for one in said if one],
        "snapshot": found.snapshot,
        "lines": rows.with_columns(_as_text()).to_dicts(),
    }


def _as_text() -> Any:
    """Money in JSON is text: a float would lose its exactness."""
    import polars as pl

    return pl.col(pl.Decimal).cast(pl.String)


def _print_what_if(reader: "Reader", asked: "Asked", changed: Path, form: str) -> None:
    from dashboard.analysis.settlement.what_if import clause_what_if
    from dashboard.charts.carriers.what_if import chance_rows, what_if_rows
    from dashboard.contracts import read_contract, vocabulary

    contract = read_contract(changed, vocabulary(reader.catalog))
    found = clause_what_if(reader, asked, contract)
    rows, chances = what_if_rows(found), chance_rows(found)
    if form == "json":
        told = {
            "quarters": rows.with_columns(_as_text()).to_dicts(),
            "chances": chances.to_dicts(),
        }
        printing.structure({"message": found.message, **told})
        return
    if form == "table":
        click.echo(f"{found.message}.")
    printing.rows(rows, form)
    if form == "table":
        click.echo("How often a carrier of that true share is fined in such a quarter:")
        printing.table(chances)


def _sign(
    reader: "Reader", asked: "Asked", folder: Path | None, words: tuple[str, str | None]
) -> None:
    from dashboard.analysis.settlement.decisions import to_sign
    from dashboard.analysis.settlement.quarter import settlement

    found = settlement(reader, asked)
    if found.statement.provisional:
        message = "the statement is provisional; sign it when its last delivery is mature"
        raise ContractError(message)
    kept = to_sign(found.statement.to_json(), found.snapshot)
    check = open_warehouse(folder).manifest
    signed = open_state(folder).sign_settlement(kept, *words, check=check)
    printing.note(f"Signed off by {signed.by}; snapshot {found.snapshot} is kept for good.")
