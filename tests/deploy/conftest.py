"""What the tests of the deployment share: Debian's tools, and two processes with nginx in front."""

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.deploy.front import NAME, Front, in_front
from tests.deploy.two_processes import TwoProcesses, two_processes


def tool(name: str, package: str) -> str:
    """The path of a Debian tool. Where it is missing the test is skipped, but never on CI."""
    path = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
    if path is None:
        reason = f"{name} is not installed (Debian: apt-get install {package})"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return path


class Deployed(NamedTuple):
    front: Front
    processes: TwoProcesses


@pytest.fixture(scope="session")
def environment(loaded_database: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The settings of a process behind nginx, as deploy/ asks for them."""
    database = tmp_path_factory.mktemp("deployed") / "council.sqlite"
    shutil.copyfile(loaded_database, database)
    return {
        **os.environ,
        "DATABASE_URL": f"sqlite:///{database}",
        "POSTCODE_SOURCES": "index",
        "FIND_RATE_LIMIT": "",
        "SITE_URL": f"https://{NAME}",
        "TRUSTED_PROXIES": "1",
    }


@contextmanager
def deployed(folder: Path, environment: Mapping[str, str]) -> Iterator[Deployed]:
    """Two processes and nginx, which writes to a folder of its own."""
    nginx, openssl = tool("nginx", "nginx-light"), tool("openssl", "openssl")
    with two_processes(environment) as processes, in_front(folder, nginx, openssl, processes.ports) as front:
        yield Deployed(front, processes)


@pytest.fixture(scope="module")
def front(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """A deployment that tests share, and leave running."""
    with deployed(tmp_path_factory.mktemp("nginx"), environment) as (front, _):
        yield front


@pytest.fixture
def own(environment: dict[str, str], tmp_path: Path) -> Iterator[Deployed]:
    """A deployment of the test's own, to be ill-treated."""
    with deployed(tmp_path, environment) as own:
        yield own
