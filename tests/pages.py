"""Every address of the site, found from its routes: a new page is tried without anyone remembering it."""

from itertools import product

from flask import Flask
from werkzeug.routing import Rule

from app.settings import ROOT
from app.web.find import PLACES
from app.web.letters.asks import asks

# One of each kind of body: a local offer, a policy of which we are unsure, information only, not checked yet,
# Wales, Scotland, Northern Ireland, replaced by one, replaced by several, still to come, a district.
BODIES = (
    "southwark", "bradford", "barnet", "blackpool", "cardiff", "glasgow", "belfast-hsc-trust", "poole",
    "cumbria", "west-surrey", "guildford",
)  # fmt: skip
# What can stand in each part of an address. A route with another part fails the tests: add its values here.
VALUES = {
    "councils": {"slug": BODIES},
    "act": {"slug": tuple(ask.slug for ask in asks())},
    "elsewhere": {"place": tuple(sorted(PLACES))},
    "static": {"filename": tuple(sorted(file.name for file in (ROOT / "app" / "static").iterdir()))},
}
# Addresses that mean little, or answer with an error, without a query.
QUERIES = {
    "/compare": ("", "?with=southwark,kent"),
    "/compare.csv": ("?with=southwark,kent",),
    "/councils": ("", "?name=kent", "?name=nowhere"),
    "/oembed": ("?url={site}/councils/southwark",),
}


def addresses(app: Flask, method: str = "GET") -> list[str]:
    """Every address that answers a method, with each value that its parts may have, sorted."""
    rules = [rule for rule in app.url_map.iter_rules() if method in (rule.methods or ())]
    return sorted({address for rule in rules for address in _of(rule, app.extensions["settings"].site_url)})


def _of(rule: Rule, site: str) -> list[str]:
    first = rule.rule.split("/")[1]
    parts = sorted(rule.arguments)
    filled = []
    for values in product(*(VALUES[first][part] for part in parts)):
        address = rule.rule
        for part, value in zip(parts, values, strict=True):
            address = address.replace(f"<{part}>", value).replace(f"<path:{part}>", value)
        filled.append(address)
    return [
        address + query.format(site=site) for address in filled for query in QUERIES.get(rule.rule, ("",))
    ]
