"""Settings are read once, checked, and refused with one line that names them."""

import os
import subprocess
import sys

import pytest

from app.settings import ROOT, SettingError, Settings


def test_nothing_needs_to_be_set() -> None:
    settings = Settings.from_environment({})
    assert settings.database_url.startswith("sqlite:///")
    assert settings.postcodes_api_url == "https://api.postcodes.io"
    assert settings.postcodes_api_timeout == 2
    assert settings.postcode_sources == ("api", "index")
    assert settings.find_rate_limit == "60 per minute"
    assert settings.secret_key != Settings.from_environment({}).secret_key


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://localhost/x"),
        ("DATABASE_URL", "not an address"),
        ("SITE_URL", "kinship.example"),
        ("SITE_URL", "javascript:alert(1)"),
        ("SITE_URL", "https://kinship.example:port"),
        ("CONTACT_EMAIL", "nobody"),
        ("CONTACT_EMAIL", "a@b.example?bcc=c@d.example"),
        ("POSTCODES_API_URL", "ftp://api.example"),
        ("POSTCODES_API_TIMEOUT", "soon"),
        ("POSTCODES_API_TIMEOUT", "0"),
        ("POSTCODES_API_TIMEOUT", "nan"),
        ("POSTCODES_API_TIMEOUT", "inf"),
        ("POSTCODE_SOURCES", "api,telepathy"),
        ("POSTCODE_SOURCES", "api,api"),
        ("RATELIMIT_STORAGE_URI", "memory"),
        ("FIND_RATE_LIMIT", "many"),
        ("TRUSTED_PROXIES", "-1"),
        ("TRUSTED_PROXIES", "two"),
        ("WEB_WORKERS", "0"),
        ("WEB_WORKERS", "many"),
        ("WEB_THREADS", "0"),
        ("SITE_NAME", "two\nlines"),
        ("SITE_URL", "https://a b"),
        ("SITE_URL", "https://kinship.example/#x"),
        ("DATABASE_URL", "postgresql://u:p@h:port/x"),
        ("RATELIMIT_STORAGE_URI", "foo://bar"),
        ("RATELIMIT_STORAGE_URI", "redis+sentinel://127.0.0.1:1/x"),
    ],
)
def test_a_bad_value_names_its_setting(name: str, value: str) -> None:
    with pytest.raises(SettingError, match=f"^{name}: give "):
        Settings.from_environment({name: value})


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("postgres://u:p@db/x", "postgresql+psycopg://u:p@db/x"),
        ("postgresql://u:p@db/x", "postgresql+psycopg://u:p@db/x"),
        ("postgresql+psycopg://u:p@db/x", "postgresql+psycopg://u:p@db/x"),
    ],
)
def test_postgresql_by_address_alone(given: str, read: str) -> None:
    assert Settings.from_environment({"DATABASE_URL": given}).database_url == read


def test_an_empty_rate_limit_means_none_and_other_empty_values_mean_unset() -> None:
    settings = Settings.from_environment({"FIND_RATE_LIMIT": "", "SITE_NAME": "", "DATABASE_URL": " "})
    assert settings.find_rate_limit == ""
    assert settings.site_name == "Kinship Council Check"
    assert settings.database_url.startswith("sqlite:///")


def test_a_rate_limit_store_that_machines_share_may_be_named() -> None:
    settings = Settings.from_environment({"RATELIMIT_STORAGE_URI": "redis://127.0.0.1:6379"})
    assert settings.ratelimit_storage_uri == "redis://127.0.0.1:6379"


@pytest.mark.parametrize("command", [["-c", "import wsgi"], ["-m", "alembic", "upgrade", "head"]])
def test_a_bad_setting_stops_the_start_with_one_line(command: list[str]) -> None:
    process = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env={**os.environ, "POSTCODES_API_TIMEOUT": "soon"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 1
    assert process.stderr == "Cannot start. POSTCODES_API_TIMEOUT: give a number of seconds from 0.1 to 30\n"
