"""Today, for pages: councils change and policies age by the day."""

from datetime import UTC, date, datetime


def today() -> date:
    """The day in UTC, which is Britain's but for an hour of summer nights."""
    return datetime.now(UTC).date()
