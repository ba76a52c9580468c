"""An invented edition of Code-Point Open, small enough to try every way of damaging it."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from app.postcodes.build import Report, build
from app.postcodes.code_point import AREAS_OF_GREAT_BRITAIN
from app.postcodes.index import Index

COUNTY, DISTRICT_OF_COUNTY = "E10000901", "E07000901"
NORTH, SOUTH, EAST, WEST, MIDDLE = "E06000901", "E06000902", "E08000901", "W06000901", "S12000901"
METADATA = """ORDNANCE SURVEY
PRODUCT: OS CODE-POINT_03.02
DATASET VERSION NUMBER: 2031.2.0
COPYRIGHT DATE: 20310420
RM UPDATE DATE: 20310417
      AB\t1
"""
# What the edition has beside one postcode, "1 1AA" of NORTH, for every area.
POSTCODES = {
    # LS1 2 has one authority: every gap in it is likely.
    **dict.fromkeys(["LS1 2AA", "LS1 2AB", "LS1 2AF", "LS1 2ZZ"], EAST),
    # LS1 3 is shared: SOUTH has three postcodes in two runs, COUNTY two, WEST one.
    **dict.fromkeys(["LS1 3AA", "LS1 3AB", "LS1 3ZZ"], SOUTH),
    **dict.fromkeys(["LS1 3DA", "LS1 3DB"], COUNTY),
    "LS1 3JJ": WEST,
    # LS1 5 is shared by all six: MIDDLE has two postcodes, the others one each.
    **dict.fromkeys(["LS1 5AA", "LS1 5AB"], MIDDLE),
    "LS1 5BA": COUNTY,
    "LS1 5DA": NORTH,
    "LS1 5EA": SOUTH,
    "LS1 5FA": EAST,
    "LS1 5GA": WEST,
    # The slips of somebody who types SW1S 4AB.
    **dict.fromkeys(
        ["SW15 4AB", "WS1S 4AB", "SW1S 4BA", "SW1A 4AB", "SW1S 3AB", "SW1S 4QB", "SE1S 4AB"], NORTH
    ),
    # No codes at all: a gap in LS1 2, and alone in LS9 9.
    "LS1 2AD": "",
    "LS9 9AA": "",
}


class InventedEdition:
    """A folder laid out like Code-Point Open, and beside it `data/`, to build into."""

    county, north, south, east, west, middle = COUNTY, NORTH, SOUTH, EAST, WEST, MIDDLE
    postcodes = POSTCODES

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "codepo_gb"
        self.metadata = self.folder / "Doc" / "metadata.txt"
        self.index = folder / "data" / "postcodes.index"
        self.neighbours = folder / "data" / "neighbours.csv"
        for needed in (self.metadata, self.area("LS"), self.index):
            needed.parent.mkdir(parents=True)
        self.metadata.write_text(METADATA)
        for area in AREAS_OF_GREAT_BRITAIN:
            self.area(area).write_text(self.row(f"{area}1 1AA", NORTH))
        for postcode, authority in POSTCODES.items():
            self.add(postcode, authority)

    def area(self, area: str) -> Path:
        return self.folder / "Data" / "CSV" / f"{area.lower()}.csv"

    def add(self, postcode: str, authority: str) -> None:
        with self.area(postcode[:2]).open("a") as file:
            file.write(self.row(postcode, authority))

    @staticmethod
    def row(postcode: str, authority: str) -> str:
        """A line as OS writes it; a county's code comes with the code of a district in it."""
        outward, inward = postcode.split()
        county = authority if authority == COUNTY else ""
        district = DISTRICT_OF_COUNTY if county else authority
        return (
            f'"{outward:<4}{inward}",10,428811,433420,"E92000001","","","{county}","{district}","E05000901"\n'
        )

    def zipped(self) -> Path:
        return Path(shutil.make_archive(str(self.folder), "zip", self.folder.parent, self.folder.name))

    def build(
        self,
        source: Path | None = None,
        edition: str | None = None,
        known_authorities: frozenset[str] = frozenset({COUNTY, NORTH, SOUTH, EAST, WEST, MIDDLE}),
        progress: Callable[[int, int], None] = divmod,  # any function of two numbers will do
    ) -> Report:
        return build(source or self.folder, self.index, self.neighbours, known_authorities, edition, progress)


@pytest.fixture
def invented(tmp_path: Path) -> InventedEdition:
    return InventedEdition(tmp_path)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> InventedEdition:
    """The same, built once for tests that only read."""
    edition = InventedEdition(tmp_path_factory.mktemp("built"))
    edition.build()
    return edition


@pytest.fixture(scope="module")
def index(built: InventedEdition) -> Index:
    return Index.open(built.index)
