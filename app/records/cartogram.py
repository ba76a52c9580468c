"""The map: a hexagon for each English council, all of one size, near where the council is."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Tile
from app.records.record import Record

WIDTH, HEIGHT = 24, 28  # of a patch as it is drawn; see templates/_macros/patches.html
STEP_DOWN = 21  # a row's distance from the next: three quarters of a patch


@dataclass(frozen=True, slots=True)
class Placed:
    """A council's record and its cell. `x` and `y` are the top left corner of its patch."""

    record: Record
    col: int
    row: int

    @property
    def x(self) -> int:
        return self.col * WIDTH + self.row % 2 * WIDTH // 2

    @property
    def y(self) -> int:
        return self.row * STEP_DOWN


@dataclass(frozen=True, slots=True)
class Cartogram:
    """The tiles in reading order: row by row, west to east. `unplaced` are councils that have no tile.

    `gaps` says whether a tile stands empty because its council is gone. `top` is the y of the
    highest tile; `width` and `height` reach from there to the far edges.
    """

    tiles: tuple[Placed, ...]
    unplaced: tuple[Record, ...]
    gaps: bool
    top: int
    width: int
    height: int


def cartogram(session: Session, records: Iterable[Record]) -> Cartogram:
    """Place these records. Councils of another day leave no tile, so the map is right on every day."""
    cells = {tile.slug: tile for tile in session.scalars(select(Tile).order_by(Tile.row, Tile.col))}
    by_slug = {record.council.slug: record for record in records}
    tiles = tuple(
        Placed(by_slug[slug], cell.col, cell.row) for slug, cell in cells.items() if slug in by_slug
    )
    top = min((tile.y for tile in tiles), default=0)
    return Cartogram(
        tiles,
        tuple(record for slug, record in by_slug.items() if slug not in cells),
        len(tiles) < len(cells),
        top,
        max((tile.x + WIDTH for tile in tiles), default=WIDTH),
        max((tile.y + HEIGHT for tile in tiles), default=HEIGHT) - top,
    )
