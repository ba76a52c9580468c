"""The shipped facts as the files have them, to hold the pages against."""

import csv

from app.settings import DATA


def table(name: str) -> list[dict[str, str]]:
    """The rows of a file in data/."""
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# Bodies responsible today; those with a later start are still to come.
BODIES = [row for row in table("councils.csv") if row["start_date"] <= "2026-11-21"]
ENGLISH = [row["slug"] for row in BODIES if row["nation"] == "England"]

# What browsers and caches may do with a page.
KEPT = "public, max-age=60, stale-while-revalidate=600, stale-if-error=86400"
