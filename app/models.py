"""The tables. A council's page is read from these; data/*.csv is loaded into them.

Portable types only, so that SQLite and PostgreSQL behave alike. `position` is the row's place in its CSV
file, so that an export gives back the file that was loaded.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, DateTime, ForeignKey, Integer, MetaData, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

Slug = String(64)
Address = String(500)


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Row(Base):
    """What every loaded table has."""

    __abstract__ = True

    position: Mapped[int] = mapped_column(Integer, sort_order=99)


class Council(Row):
    """A body responsible for children's social care: an English, Welsh or Scottish council, or a NI trust.

    `start_date` in the future marks a council that has been decided on but does not exist yet.
    """

    __tablename__ = "councils"

    slug: Mapped[str] = mapped_column(Slug, primary_key=True)
    gss: Mapped[str | None] = mapped_column(String(9), index=True)
    name: Mapped[str] = mapped_column(String(80))
    official_name: Mapped[str] = mapped_column(String(120))
    type: Mapped[str] = mapped_column(String(24))
    nation: Mapped[str] = mapped_column(String(24), index=True)
    region: Mapped[str] = mapped_column(String(32))
    homepage: Mapped[str] = mapped_column(Address)
    dfe_code: Mapped[str] = mapped_column(String(3))
    wikidata: Mapped[str] = mapped_column(String(12))
    start_date: Mapped[date | None] = mapped_column(Date)


class District(Row):
    """A district that does not run children's services, and the county or trust that does.

    `other_council_slugs` (with ; between) names further trusts where a Northern Irish district is divided.
    """

    __tablename__ = "districts"

    gss: Mapped[str] = mapped_column(String(9), primary_key=True)
    slug: Mapped[str] = mapped_column(Slug, index=True)
    name: Mapped[str] = mapped_column(String(80))
    nation: Mapped[str] = mapped_column(String(24))
    council_slug: Mapped[str] = mapped_column(ForeignKey("councils.slug"), index=True)
    other_council_slugs: Mapped[str] = mapped_column(String(200))


class CodeChange(Row):
    """A former ONS area code and one that replaced it; an area that was split has several rows."""

    __tablename__ = "code_changes"

    old_gss: Mapped[str] = mapped_column(String(9), primary_key=True)
    new_gss: Mapped[str] = mapped_column(String(9), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    effective_date: Mapped[date | None] = mapped_column(Date)
    kind: Mapped[str] = mapped_column(String(16))
    tier: Mapped[str] = mapped_column(String(24))


class Succession(Row):
    """A body that others replaced, will replace (`planned`) or may (`under_consideration`), and when."""

    __tablename__ = "successions"

    old_slug: Mapped[str] = mapped_column(Slug, primary_key=True)
    old_name: Mapped[str] = mapped_column(String(120))
    old_gss: Mapped[str] = mapped_column(String(9), index=True)
    successor_slugs: Mapped[str] = mapped_column(String(300))
    effective_date: Mapped[date] = mapped_column(Date)
    status: Mapped[str] = mapped_column(String(24))
    tier: Mapped[str] = mapped_column(String(24))
    note: Mapped[str] = mapped_column(String(160))
    source_url: Mapped[str] = mapped_column(Address)
    checked_on: Mapped[date] = mapped_column(Date)


class Document(Row):
    """Something a council was seen to publish. `dated` is the date it shows: a year, a month or a day."""

    __tablename__ = "documents"

    slug: Mapped[str] = mapped_column(ForeignKey("councils.slug"), primary_key=True)
    rank: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(String(24))
    title: Mapped[str] = mapped_column(String(200))
    url: Mapped[str] = mapped_column(Address, primary_key=True)
    dated: Mapped[str] = mapped_column(String(10))
    dated_basis: Mapped[str] = mapped_column(String(160))
    confidence: Mapped[str] = mapped_column(String(8))
    checked_on: Mapped[date] = mapped_column(Date)
    seen_as: Mapped[str] = mapped_column(String(24))


class Answer(Row):
    """A yes or a no to one of the twelve questions for one council. No row means "not checked yet"."""

    __tablename__ = "answers"

    slug: Mapped[str] = mapped_column(ForeignKey("councils.slug"), primary_key=True)
    criterion: Mapped[str] = mapped_column(String(16), primary_key=True)
    answer: Mapped[str] = mapped_column(String(3))
    note: Mapped[str] = mapped_column(String(160))
    source_url: Mapped[str] = mapped_column(Address)
    checked_on: Mapped[date] = mapped_column(Date)
    seen_as: Mapped[str] = mapped_column(String(24))


class Contact(Row):
    """A team's public telephone, e-mail or page; never a person's."""

    __tablename__ = "contacts"

    slug: Mapped[str] = mapped_column(ForeignKey("councils.slug"), primary_key=True)
    team: Mapped[str] = mapped_column(String(120), primary_key=True)
    phone: Mapped[str] = mapped_column(String(80))
    email: Mapped[str] = mapped_column(String(120))
    source_url: Mapped[str] = mapped_column(Address)
    checked_on: Mapped[date] = mapped_column(Date)


class Search(Row):
    """One look for a council's policy that found none: a `search` of a place, or a `person` who looked."""

    __tablename__ = "searches"

    slug: Mapped[str] = mapped_column(ForeignKey("councils.slug"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(8), primary_key=True)
    place: Mapped[str] = mapped_column(String(120), primary_key=True)
    note: Mapped[str] = mapped_column(String(160))
    checked_on: Mapped[date] = mapped_column(Date, primary_key=True)


class Provider(Row):
    """A trust or company that runs children's services for a council. The council stays responsible."""

    __tablename__ = "providers"

    slug: Mapped[str] = mapped_column(ForeignKey("councils.slug"), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    dated: Mapped[str] = mapped_column(String(10))
    source_url: Mapped[str] = mapped_column(Address)
    checked_on: Mapped[date] = mapped_column(Date)


class AdviceLine(Row):
    """A national advice service; `nations` (with ; between) are those it serves."""

    __tablename__ = "advice_lines"

    key: Mapped[str] = mapped_column(String(16), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    phone: Mapped[str] = mapped_column(String(24))
    hours: Mapped[str] = mapped_column(String(120))
    about: Mapped[str] = mapped_column(String(160))
    nations: Mapped[str] = mapped_column(String(64))
    url: Mapped[str] = mapped_column(Address)
    source_url: Mapped[str] = mapped_column(Address)
    checked_on: Mapped[date] = mapped_column(Date)


class Neighbour(Row):
    """Two authorities of which both have postcodes in the same sectors: near the border either may be meant.

    `postcodes` counts all of those sectors. Made by `flask postcodes build`, from Code-Point Open.
    """

    __tablename__ = "neighbours"

    gss: Mapped[str] = mapped_column(String(9), primary_key=True)
    neighbour_gss: Mapped[str] = mapped_column(String(9), primary_key=True)
    sectors: Mapped[int] = mapped_column(Integer)
    postcodes: Mapped[int] = mapped_column(Integer)


class Tile(Row):
    """Where a council stands on the map: a cell of odd-r hexagons, row 0 at the top.

    Odd rows are pushed half a cell to the right.
    """

    __tablename__ = "tiles"

    slug: Mapped[str] = mapped_column(ForeignKey("councils.slug"), primary_key=True)
    col: Mapped[int] = mapped_column(Integer)
    row: Mapped[int] = mapped_column(Integer)


class Audit(Row):
    """What a national study of councils' policies found: the yardstick beside our own figures."""

    __tablename__ = "audits"

    key: Mapped[str] = mapped_column(String(16), primary_key=True)
    years: Mapped[str] = mapped_column(String(9))
    name: Mapped[str] = mapped_column(String(80))
    found: Mapped[str] = mapped_column(String(160))
    note: Mapped[str] = mapped_column(String(160))
    source_url: Mapped[str] = mapped_column(Address)
    checked_on: Mapped[date] = mapped_column(Date)


class Revision(Base):
    """One change to one row of a table above: who, when, and from what to what.

    Or, as `moved` and without a key, one to the order of the table's rows.
    """

    __tablename__ = "revisions"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    by: Mapped[str] = mapped_column(String(80))
    table_name: Mapped[str] = mapped_column(String(32))
    row_key: Mapped[str] = mapped_column(String(700))
    action: Mapped[str] = mapped_column(String(8))
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
