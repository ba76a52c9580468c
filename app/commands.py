"""The command line: `flask data …` for whoever keeps the facts, `flask postcodes …` for look-ups."""

import getpass
from datetime import UTC, date, datetime
from pathlib import Path

import click
from flask import Flask
from flask.cli import AppGroup

from app import database
from app.postcodes.answer import Found, NotFound, Unavailable
from app.postcodes.postcode import Elsewhere, Malformed, read
from app.records.check import check, read_files
from app.records.load import Faulty, export, load
from app.settings import DATA
from app.web.find import finder

data = AppGroup("data", help="The CSV tables: check, load and export them.")
postcodes = AppGroup("postcodes", help="Look up postcodes.")

Folder = click.Path(path_type=Path, file_okay=False)


def init_app(app: Flask) -> None:
    app.cli.add_command(data)
    app.cli.add_command(postcodes)


def _today() -> date:
    return datetime.now(UTC).date()


@data.command("check")
@click.argument("folder", type=Folder, default=DATA)
def check_command(folder: Path) -> None:
    """Report every fault of the CSV files as file:line: sentence; exit 1 if there are any."""
    faults = check(read_files(folder), _today())
    for fault in faults:
        click.echo(fault)
    serious = sum(not fault.warning for fault in faults)
    click.echo(f"{serious} faults, {len(faults) - serious} warnings")
    raise SystemExit(1 if serious else 0)


@data.command("load")
@click.argument("folder", type=Folder, default=DATA)
@click.option("--by", default=None, help="Who makes the changes (default: your user name).")
def load_command(folder: Path, by: str | None) -> None:
    """Load the CSV files, all or nothing."""
    try:
        counts = load(database.engine(), folder, by or _user_name(), _today())
    except Faulty as error:
        for fault in error.faults:
            click.echo(fault, err=True)
        raise click.ClickException(f"{error}: nothing was loaded") from None
    click.echo(counts)


@data.command("export")
@click.argument("folder", type=Folder)
def export_command(folder: Path) -> None:
    """Write the tables to FOLDER as CSV files."""
    export(database.engine(), folder)
    click.echo(f"Written to {folder}")


def _user_name() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


@postcodes.command("find")
@click.argument("texts", metavar="POSTCODE…", nargs=-1, required=True)
def find_command(texts: tuple[str, ...]) -> None:
    """Say which council each POSTCODE belongs to, in order, one a line."""
    for text in texts:
        click.echo(f"{text}: {_answer(text)}")


def _answer(text: str) -> str:
    try:
        place = read(text)
    except Malformed as error:
        return str(error)
    outcome = place if isinstance(place, Elsewhere) else finder().find(place, _today())
    match outcome:
        case Found(slugs=slugs, retired=retired):
            return " or ".join(slugs) + (" (an old postcode, no longer used)" if retired else "")
        case Elsewhere(place=name):
            return name
        case NotFound(exists=exists):
            return "real, but belongs to no council" if exists else "no such postcode"
        case Unavailable(cause=cause):
            return f"cannot say: the postcode API gave {cause.value}"
