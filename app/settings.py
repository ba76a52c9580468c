"""Every setting, read from the environment once and checked. CONTRACT: outsiders rely on these names.

A bad value raises `SettingError`, whose one line names the setting and says what it should be.
"""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from limits import parse_many
from limits.errors import ConfigurationError
from limits.storage import storage_from_string
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "data"
DATABASE_KINDS = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}
STORES = {"memory", "redis", "rediss", "redis+unix"}
SOURCES = {"api", "index"}


class SettingError(ValueError):
    """A setting has a value the site cannot work with."""

    def __init__(self, name: str, wanted: str) -> None:
        super().__init__(f"{name}: {wanted}")


@dataclass(frozen=True, slots=True)
class Settings:
    """What can be set from outside; README.md has the table. `contact_email` may be empty."""

    database_url: str
    secret_key: str
    site_name: str
    site_url: str
    contact_email: str
    postcodes_api_url: str
    postcodes_api_timeout: float
    postcode_sources: tuple[str, ...]
    ratelimit_storage_uri: str
    find_rate_limit: str
    trusted_proxies: int
    web_workers: int  # for make serve, which hands it to the server
    web_threads: int  # how many requests a worker answers at once

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Read and check. An empty value counts as unset, but for FIND_RATE_LIMIT, where it means none."""
        env = {name: value.strip() for name, value in environment.items()}

        def get(name: str, default: str) -> str:
            return env.get(name) or default

        return cls(
            database_url=_database(get("DATABASE_URL", f"sqlite:///{ROOT / 'instance' / 'council.sqlite'}")),
            secret_key=get("SECRET_KEY", "") or secrets.token_hex(),
            site_name=_name("SITE_NAME", get("SITE_NAME", "Kinship Council Check")),
            site_url=_web_address("SITE_URL", get("SITE_URL", "http://127.0.0.1:8000")),
            contact_email=_email("CONTACT_EMAIL", get("CONTACT_EMAIL", "")),
            postcodes_api_url=_web_address(
                "POSTCODES_API_URL", get("POSTCODES_API_URL", "https://api.postcodes.io")
            ),
            postcodes_api_timeout=_seconds("POSTCODES_API_TIMEOUT", get("POSTCODES_API_TIMEOUT", "2")),
            postcode_sources=_sources(get("POSTCODE_SOURCES", "api,index")),
            ratelimit_storage_uri=_storage(get("RATELIMIT_STORAGE_URI", "memory://")),
            find_rate_limit=_rate(env.get("FIND_RATE_LIMIT", "60 per minute")),
            trusted_proxies=_count("TRUSTED_PROXIES", get("TRUSTED_PROXIES", "0"), 0),
            web_workers=_count("WEB_WORKERS", get("WEB_WORKERS", "2"), 1),
            web_threads=_count("WEB_THREADS", get("WEB_THREADS", "16"), 1),
        )


def _database(value: str) -> str:
    try:
        url = make_url(value)
        driver = DATABASE_KINDS[url.drivername.split("+")[0]]
    except (ArgumentError, KeyError, ValueError):
        raise SettingError("DATABASE_URL", "give an sqlite:/// or postgresql:// address") from None
    return url.set(drivername=driver).render_as_string(hide_password=False)


def _web_address(name: str, value: str) -> str:
    try:
        parts = urlsplit(value)
        good = parts.scheme in ("http", "https") and bool(re.fullmatch(r"[\w.:-]+", parts.hostname or ""))
        good = good and not (parts.query or parts.fragment) and (parts.port is None or parts.port > 0)
    except ValueError:
        good = False
    if not good:
        raise SettingError(name, "give a web address such as https://example.org")
    return value.rstrip("/")


def _email(name: str, value: str) -> str:
    if value and not re.fullmatch(r"[^@\s<>\"?&]+@[^@\s<>\"?&]+\.[^@\s<>\"?&]+", value):
        raise SettingError(name, "give one e-mail address")
    return value


def _seconds(name: str, value: str) -> float:
    try:
        seconds = float(value)
    except ValueError:
        seconds = 0.0
    if not 0.1 <= seconds <= 30:
        raise SettingError(name, "give a number of seconds from 0.1 to 30")
    return seconds


def _sources(value: str) -> tuple[str, ...]:
    sources = tuple(part.strip() for part in value.split(","))
    if not set(sources) <= SOURCES or len(set(sources)) != len(sources):
        raise SettingError("POSTCODE_SOURCES", "give api, index, or both with a comma between")
    return sources


def _storage(value: str) -> str:
    try:
        if urlsplit(value).scheme not in STORES:
            raise ValueError
        storage_from_string(value)
    except (ConfigurationError, ValueError, OSError):
        raise SettingError("RATELIMIT_STORAGE_URI", "give memory:// or redis://host:port") from None
    return value


def _rate(value: str) -> str:
    if value:
        try:
            good = all(rate.amount > 0 and rate.multiples > 0 for rate in parse_many(value))
        except ValueError:
            good = False
        if not good:
            raise SettingError("FIND_RATE_LIMIT", "give a rate such as 60 per minute, or nothing for none")
    return value


def _count(name: str, value: str, least: int) -> int:
    if not re.fullmatch(r"[0-9]{1,2}", value) or int(value) < least:
        raise SettingError(name, f"give a number from {least} to 99")
    return int(value)


def _name(name: str, value: str) -> str:
    if not value.isprintable() or len(value) > 80:
        raise SettingError(name, "give a short name on one line")
    return value
