"""The command line: `flask data …` for whoever keeps the facts, `flask postcodes …` for look-ups."""

import getpass
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from flask import Flask
from flask.cli import AppGroup
from sqlalchemy.exc import DBAPIError
from tqdm import tqdm

from app import database
from app.models import Council
from app.postcodes.answer import Certainty, Found, NotFound, OneOf, Unavailable, Why
from app.postcodes.build import BuildFailed, build
from app.postcodes.bulk import Body, Resolver, write_resolved
from app.postcodes.postcode import Elsewhere, Malformed, read
from app.postcodes.rows import Text, Unresolvable
from app.records.bodies import read_areas
from app.records.check import check, read_files
from app.records.load import Faulty, export, load
from app.records.record import read_records
from app.settings import DATA
from app.web.clock import today
from app.web.sources import INDEX, finder


class Commands(AppGroup):
    """Commands that say what the disk or the database refused in a sentence, and exit 1."""

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except DBAPIError as error:
            raise click.ClickException(database.plainly(error)) from None
        except BrokenPipeError:
            sys.exit(1)  # whoever read the output has seen enough
        except OSError as error:
            raise click.ClickException(f"{error.filename or 'A file'}: {error.strerror}.") from None


data = Commands("data", help="The CSV tables: check, load and export them.")
postcodes = Commands("postcodes", help="Look up postcodes.")

Folder = click.Path(path_type=Path, file_okay=False)


def init_app(app: Flask) -> None:
    app.cli.add_command(data)
    app.cli.add_command(postcodes)


@data.command("check")
@click.argument("folder", type=Folder, default=DATA)
def check_command(folder: Path) -> None:
    """Report every fault of the CSV files as file:line: sentence; exit 1 if there are any."""
    faults = check(read_files(folder), today())
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
        counts = load(database.engine(), folder, by or _user_name(), today())
    except Faulty as error:
        for fault in error.faults:
            click.echo(fault, err=True)
        raise click.ClickException(f"{error}: nothing was loaded") from None
    except DBAPIError as error:
        raise click.ClickException(f"{database.plainly(error)} Nothing was loaded.") from None
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
    outcome = place if isinstance(place, Elsewhere) else finder().find(place, today())
    old = " (an old postcode, no longer used)"
    match outcome:
        case Found(slug=slug, certainty=certainty, retired=retired):
            likely = " (likely: it is in no list, but all around it are)"
            return slug + (old if retired else likely if certainty is Certainty.LIKELY else "")
        case OneOf(slugs=slugs, why=why):
            return "one of " + ", ".join(slugs) + (old if why is Why.RETIRED else "")
        case Elsewhere(place=name):
            return name
        case NotFound(exists=True):
            return "real, but belongs to no council"
        case NotFound(retired=True):
            return "an old postcode, no longer used; where it was is not known"
        case NotFound(suggestions=suggestions):
            meant = " or ".join(map(str, suggestions))
            return "no such postcode" + (f"; did you mean {meant}?" if meant else "")
        case Unavailable(cause=cause):
            return f"cannot say: {cause.value}"


@postcodes.command("resolve")
@click.argument("source", metavar="IN.csv", type=click.Path(dir_okay=False, allow_dash=True, path_type=Path))
@click.argument("target", metavar="OUT.csv", type=click.Path(dir_okay=False, allow_dash=True, path_type=Path))
@click.option("--column", default="postcode", help="The column that holds the postcodes.")
@click.option("--force", is_flag=True, help="Overwrite OUT.csv if it exists.")
def resolve_command(source: Path, target: Path, column: str, force: bool) -> None:
    """Add council columns to a file of postcodes, in the index alone. - is standard input or output."""
    index = finder().index
    if index is None:
        raise click.ClickException("The postcode index cannot be used, or POSTCODE_SOURCES leaves it out.")
    if str(target) != "-" and target.exists() and not force:
        raise click.ClickException(f"{target} exists. Give --force to overwrite it.")
    _stop_cleanly()
    resolver = Resolver(index, _bodies_by_code())
    try:
        text = Text.of(sys.stdin.buffer.read() if str(source) == "-" else source.read_bytes())
        with tqdm(text.lines(), unit=" rows", total=text.text.count("\n"), file=sys.stderr) as lines:
            write_resolved(target, text, resolver.resolve(lines, column))
    except Unresolvable as error:
        raise click.ClickException(str(error)) from None
    for warning in resolver.warnings():
        click.echo(f"Warning: {warning}", err=True)
    total = resolver.counts.total()
    parts = ", ".join(f"{count} {certainty}" for certainty, count in resolver.counts.most_common())
    click.echo(f"{total} rows: {parts}", err=True)


def _stop_cleanly() -> None:
    """Let an end from outside run the clearing up, so that no half-written file is left behind."""
    for stop in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(stop, lambda *_: sys.exit(1))


def _bodies_by_code() -> Callable[[str], tuple[Body, ...]]:
    """For a resolver: the councils responsible today for an authority's code, with their band in England."""
    session = database.session()
    areas = read_areas(session)
    if not areas.councils:
        raise click.ClickException("The database holds no councils. Run flask data load first.")

    def bodies(code: str) -> tuple[Body, ...]:
        councils = [session.get_one(Council, slug) for slug in areas.responsible((code,), today())]
        return tuple(
            Body(
                record.council.slug,
                record.council.official_name,
                record.council.gss or "",
                record.rating.band.value if record.council.nation == "England" else "",
            )
            for record in read_records(session, councils, today())
        )

    return bodies


@postcodes.command("build")
@click.argument("source", metavar="CODEPO.zip", type=click.Path(path_type=Path))
@click.option("--edition", help="The edition, like 2025.4.0, if the source does not tell it.")
def build_command(source: Path, edition: str | None) -> None:
    """Make data/postcodes.index and data/neighbours.csv from OS Code-Point Open, a zip or a folder."""
    _stop_cleanly()
    files = read_files(DATA)
    known = frozenset(line.cells["gss"] for line in files.lines[Council]) - {""}
    with tqdm(unit=" area files", file=sys.stderr) as bar:

        def progress(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        try:
            report = build(source, INDEX, DATA / "neighbours.csv", known, edition, progress)
        except BuildFailed as failure:
            raise click.ClickException(f"{failure} The old index is left as it was.") from None
    click.echo(
        f"Edition {report.edition}: {report.postcodes:,} postcodes of {report.authorities} authorities in "
        f"{report.size:,} bytes. Not usable: {report.rows_without_codes:,} rows without codes, "
        f"{report.rows_malformed:,} malformed. Now run flask data load."
    )
