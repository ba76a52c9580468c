"""Whether the rows of the CSV files fit together: what they refer to exists, and nothing contradicts."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from app.models import (
    AdviceLine,
    Answer,
    CodeChange,
    Contact,
    Council,
    District,
    Document,
    Neighbour,
    Row,
    Succession,
    Tile,
)
from app.records.criteria import keys
from app.records.tables import Line

Lines = Mapping[type[Row], list[Line]]
Found = Iterator[tuple[type[Row], int, str]]

NATIONS = {"England", "Wales", "Scotland", "Northern Ireland"}
ENGLISH_REGIONS = {
    "North East", "North West", "Yorkshire and The Humber", "East Midlands", "West Midlands",
    "East of England", "London", "South East", "South West",
}  # fmt: skip
NATION_OF_TYPE = {"welsh_unitary": "Wales", "scottish_unitary": "Scotland", "hsc_trust": "Northern Ireland"}
MAP_SIDE = 40  # cells; beyond it the map would shrink to nothing
LETTER_OF_NATION = {"England": "E", "Wales": "W", "Scotland": "S", "Northern Ireland": "N"}


def inconsistencies(lines: Lines) -> Found:
    """Every contradiction between rows, as the model, the line and a sentence."""
    index = _Index.of(lines)
    for model, rows in lines.items():
        for line in rows:
            for sentence in _of_row(model, line.cells, index):
                yield model, line.number, sentence
    yield from _cycles(CodeChange, lines[CodeChange], "old_gss", "new_gss")
    yield from _cycles(Succession, lines[Succession], "old_slug", "successor_slugs")


@dataclass(frozen=True, slots=True)
class _Index:
    """What rows may refer to, counted where it must be one of a kind."""

    starts: Mapping[str, str]  # start date by council
    councils: Counter[str]  # by code
    districts: Counter[str]  # by slug
    codes: frozenset[str]  # that mean something today, or are followed further
    begun: frozenset[tuple[str, str]]  # council and day on which a succession makes it responsible
    english: frozenset[str]  # councils
    tiles: Counter[tuple[str, str]]  # by cell

    @classmethod
    def of(cls, lines: Lines) -> "_Index":
        councils, districts = lines[Council], lines[District]
        codes = [line.cells["gss"] for line in (*councils, *districts)]
        return cls(
            {line.cells["slug"]: line.cells["start_date"] for line in councils},
            Counter(line.cells["gss"] for line in councils if line.cells["gss"]),
            Counter(line.cells["slug"] for line in districts),
            frozenset(codes) | {line.cells["old_gss"] for line in lines[CodeChange]},
            frozenset(
                (slug, line.cells["effective_date"])
                for line in lines[Succession]
                if line.cells["status"] != "under_consideration"
                for slug in line.cells["successor_slugs"].split(";")
            ),
            frozenset(line.cells["slug"] for line in councils if line.cells["nation"] == "England"),
            Counter((line.cells["col"], line.cells["row"]) for line in lines[Tile]),
        )


def _of_row(model: type[Row], cells: Mapping[str, str], index: _Index) -> Iterator[str]:
    if model is Council:
        yield from _of_council(cells, index)
    elif model is District:
        yield from _of_district(cells, index)
    elif "slug" in cells and cells["slug"] not in index.starts:
        yield f"unknown slug “{cells['slug']}”: councils.csv has no such council"
    if model is CodeChange and cells["new_gss"] not in index.codes:
        yield f"unknown code “{cells['new_gss']}”: nobody has it, and nothing replaced it"
    if model is Succession:
        yield from _of_succession(cells, index)
    if model is Document and cells["dated"] > cells["checked_on"]:
        yield f"dated is {cells['dated']}, after the day it was checked"
    if model is Answer and cells["criterion"] == "current":
        yield "the answer to “current” follows from the documents’ dates; take this row out"
    elif model is Answer and cells["criterion"] not in keys():
        yield f"unknown criterion “{cells['criterion']}”"
    if model is Contact and cells["phone"] and not re.search(r"\d{3}", cells["phone"]):
        yield f"phone is “{cells['phone']}”, without a number"
    if model is AdviceLine and not set(cells["nations"].split(";")) <= NATIONS:
        yield f"nations is “{cells['nations']}”; use {', '.join(sorted(NATIONS))} with ; between"
    if model is Tile:
        yield from _of_tile(cells, index)
    if model is Neighbour:
        for code in (cells["gss"], cells["neighbour_gss"]):
            if code not in index.councils:
                yield f"unknown code “{code}”: councils.csv has no council with it"


def _of_tile(cells: Mapping[str, str], index: _Index) -> Iterator[str]:
    col, row = cells["col"], cells["row"]
    if cells["slug"] in index.starts and cells["slug"] not in index.english:
        yield f"{cells['slug']} is not in England; the map has English councils only"
    if index.tiles[col, row] > 1:
        yield f"another council has the cell {col}, {row} too"
    for side, number in (("col", col), ("row", row)):
        if number.isdecimal() and int(number) >= MAP_SIDE:
            yield f"{side} is {number}; the map ends at {MAP_SIDE - 1}"


def _of_council(cells: Mapping[str, str], index: _Index) -> Iterator[str]:
    nation, code = cells["nation"], cells["gss"]
    if index.councils[code] > 1:
        yield f"duplicate: another council has the code {code} too"
    if NATION_OF_TYPE.get(cells["type"], "England") != nation:
        yield f"a {cells['type']} is not in {nation}"
    if code and not code.startswith(LETTER_OF_NATION.get(nation, code[:1])):
        yield f"the code {code} is not one of {nation}"
    if cells["region"] not in (ENGLISH_REGIONS if nation == "England" else {nation}):
        yield f"region is “{cells['region']}”, which is not one of {nation}"
    new = not code and nation == "England"
    if new and (cells["slug"], cells["start_date"]) not in index.begun:
        yield "a council to come needs a row in successions.csv that begins it on its start_date"


def _of_district(cells: Mapping[str, str], index: _Index) -> Iterator[str]:
    for slug in (cells["council_slug"], *filter(None, cells["other_council_slugs"].split(";"))):
        if slug not in index.starts:
            yield f"unknown slug “{slug}”: councils.csv has no such council"
    if cells["slug"] in index.starts:
        yield f"slug “{cells['slug']}” is a council’s already"
    if index.districts[cells["slug"]] > 1:
        yield f"duplicate: another district has the slug {cells['slug']} too"
    if cells["gss"] in index.councils:
        yield f"the code {cells['gss']} is a council’s already"


def _of_succession(cells: Mapping[str, str], index: _Index) -> Iterator[str]:
    if cells["status"] == "under_consideration":
        return
    successors = [slug for slug in cells["successor_slugs"].split(";") if slug]
    if not successors or not cells["effective_date"]:
        yield "a change in force or planned needs successor_slugs and effective_date"
    for slug in successors:
        if slug not in index.starts and slug not in index.districts:
            yield f"unknown slug “{slug}”: no council or district has it"
        late = cells["tier"] == "childrens_services" and index.starts.get(slug, "") > cells["effective_date"]
        if late:
            yield f"{slug} starts on {index.starts[slug]}, after it takes over"


def _cycles(model: type[Row], lines: list[Line], old: str, new: str) -> Found:
    """Replacements that lead back to where they began. To live on under its own name is no cycle."""
    graph: dict[str, set[str]] = {}
    for line in lines:
        before = line.cells[old]
        after = {each for each in line.cells[new].split(";") if each}
        if old == "old_gss" or before not in after:
            graph.setdefault(before, set()).update(after)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        names = error.args[1]
        number = next(line.number for line in lines if line.cells[old] in names)
        yield model, number, f"these replace each other in a circle: {', '.join(dict.fromkeys(names))}"
