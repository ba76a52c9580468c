"""The sources of postcodes as this site uses them: opened once for each worker, in the order set."""

import logging

from flask import Flask, current_app
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.postcodes.api import PostcodesIO
from app.postcodes.areas import Areas
from app.postcodes.finder import Finder
from app.postcodes.index import Index, IndexUnusable
from app.records.bodies import read_areas
from app.settings import DATA, Settings
from app.web.last_load import LastLoad, Load

log = logging.getLogger("kinship.postcodes")

PATIENCE = 0.25  # seconds
INDEX = DATA / "postcodes.index"


class CurrentAreas:
    """The area tables, read again whenever something was loaded."""

    def __init__(self, engine: Engine, last_load: LastLoad) -> None:
        self._engine = engine
        self._last_load = last_load
        self._read_after: Load | None = None
        self._areas: Areas | None = None

    def __call__(self) -> Areas:
        newest = self._last_load()
        if self._areas is None or newest != self._read_after:
            with Session(self._engine) as session:
                self._areas, self._read_after = read_areas(session), newest
        return self._areas


def init_app(app: Flask, settings: Settings) -> None:
    sources = settings.postcode_sources
    app.extensions["finder"] = Finder(
        _api(settings) if "api" in sources else None,
        _open_index(app) if "index" in sources else None,
        CurrentAreas(app.extensions["engine"], app.extensions["last_load"]),
        settings.postcodes_api_timeout,
        index_first=sources[0] == "index",
    )


def _api(settings: Settings) -> PostcodesIO:
    """The API's client. With no index to fall back on, visitors wait a little for a place in a burst."""
    name = settings.site_name.encode("ascii", "ignore").decode().strip()
    patience = 0.0 if "index" in settings.postcode_sources else PATIENCE
    return PostcodesIO(settings.postcodes_api_url, f"{name} (+{settings.site_url})", patience=patience)


def _open_index(app: Flask) -> Index | None:
    """The index; without one that can be used the site runs on, and /readyz says so."""
    try:
        return Index.open(INDEX)
    except IndexUnusable as unusable:
        app.extensions["index_unusable"] = str(unusable)
        log.error("%s The site runs without it.", unusable)
        return None


def finder() -> Finder:
    found: Finder = current_app.extensions["finder"]
    return found


def edition_month() -> str:
    """The month of the edition that the postcode index was made from, "October 2025"; "" without one."""
    index = finder().index
    return f"{index.date:%B %Y}" if index else ""


def ways_of_looking_up() -> str:
    """Who is told a postcode, in a sentence for visitors, as POSTCODE_SOURCES has it."""
    api, own = "postcodes.io, a public service", f"our own list of {edition_month()}"
    has_api, has_list = finder().api is not None, finder().index is not None
    if has_api and has_list:
        first, second = (own, api) if finder().index_first else (api, own)
        when = "does not have it" if finder().index_first else "does not answer"
        return f"We look up postcodes with {first}. If that {when}, we use {second}."
    if has_list:
        return f"We look up postcodes in {own}. They go to nobody else."
    return f"We look up postcodes with {api}."


def state_of_sources() -> dict[str, str]:
    """How the sources are, for those in use: for operators."""
    api, index = finder().api, finder().index
    state = {"api": api.state} if api else {}
    if index:
        state["index"] = f"edition {index.edition} of {index.date}, {index.postcodes} postcodes"
    elif unusable := current_app.extensions.get("index_unusable"):
        state["index"] = unusable
    return state
