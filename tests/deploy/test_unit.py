"""The shipped systemd unit: read by systemd's own tool, its commands run by nobody over read-only code."""

import hashlib
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.settings import ROOT
from tests.deploy.conftest import tool
from tests.server import MEMORY, OPTIONS, free_port, wait_for

UNIT = ROOT / "deploy" / "kinship-council-check@.service"
HOME, STATE = "/srv/kinship-council-check", "/var/lib/kinship-council-check"
NOBODY = 65534
COPIED = ("app", "data", "migrations", "templates", "deploy", "pyproject.toml", "wsgi.py")


def directives() -> list[tuple[str, str]]:
    """The unit's lines, in order, those that go on joined."""
    text = UNIT.read_text().replace("\\\n", " ")
    return [
        (name, value)
        for name, _, value in (line.partition("=") for line in text.splitlines())
        if value and not name.startswith("#")
    ]


def values(name: str) -> list[str]:
    return [value for found, value in directives() if found == name]


def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    """Every directive, with the paths that the unit needs being there."""
    analyze = tool("systemd-analyze", "systemd")
    there = tmp_path / "there"
    there.touch(mode=0o755)
    text = UNIT.read_text()
    for program in set(re.findall(r"(?:ExecStart\w*=|set-up\.lock )(/\S+)", text)):
        text = text.replace(program, str(there))
    unit = tmp_path / UNIT.name
    unit.write_text(text)
    checked = subprocess.run(
        [analyze, "verify", "--man=no", unit], capture_output=True, text=True, timeout=60
    )
    complaints = [line for line in checked.stderr.splitlines() if UNIT.stem.rstrip("@") in line]
    assert (checked.returncode, complaints) == (0, []), checked.stderr


def test_one_set_of_options_everywhere() -> None:
    """`make serve`, the unit and the tests start the same server; only where and how many differ."""
    makefile = (ROOT / "Makefile").read_text().replace("\\\n", " ")
    serve = re.search(r"@exec \$\(BIN\)/granian (.*)", makefile)
    assert serve
    assert _options(serve[1]) == _options(values("ExecStart")[0]) == _options(" ".join(OPTIONS))
    limits = [f"{name}={value}" for name, value in MEMORY.items()]
    assert [line for line in values("Environment") if line.startswith("MALLOC_")] == limits
    assert re.findall(r"^export (MALLOC_\w+) \?= (\d+)$", makefile, re.MULTILINE) == list(MEMORY.items())
    assert f"export {' '.join(limits)}" in (ROOT / "README.md").read_text()


def _options(command: str) -> list[str]:
    own = re.compile(r"--(host|port|workers) \S+|^\S*/granian\b|\bwsgi:app$")
    return own.sub("", command.strip()).split()


@pytest.fixture
def installed(tmp_path: Path) -> Iterator[Path]:
    """The code as it is installed, in a folder that everybody may read and nobody else's tests look at."""
    folder = Path("/tmp") / f"kinship-{os.getpid()}"  # pytest's own folder is closed to other users
    folder.mkdir(mode=0o755)
    code = folder / "code"
    code.mkdir()
    skipped = shutil.ignore_patterns("__pycache__")
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, code / name, ignore=skipped)
        else:
            shutil.copy(ROOT / name, code / name)
    (folder / "state").mkdir(mode=0o700)
    os.chown(folder / "state", NOBODY, NOBODY)
    yield folder
    shutil.rmtree(folder)


class Nobody:
    """Runs the unit's commands as user 65534, who owns the state directory and nothing else."""

    def __init__(self, installed: Path, port: int) -> None:
        self._code, self._state, self._port = installed / "code", installed / "state", port
        self._drop = _become_nobody()
        self._environment = {
            "PATH": "/usr/bin:/bin",
            "HOME": "/nonexistent",
            "POSTCODE_SOURCES": "index",
            **dict(value.partition("=")[::2] for value in values("Environment")),
        }
        self._environment["DATABASE_URL"] = self._environment["DATABASE_URL"].replace(STATE, str(self._state))

    def command(self, line: str) -> list[str]:
        """A line of the unit, its placeholders filled, with this Python in place of the installed one."""
        line = line.replace(f"{HOME}/.venv/bin/", f"{sys.executable} -m ").replace("%i", str(self._port))
        line = line.replace(STATE, str(self._state)).replace(HOME, str(self._code))
        line = re.sub(r"\$\{(\w+)\}", lambda name: self._environment[name[1]], line)
        return [*self._drop, *shlex.split(line)]

    def run(self, line: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(line),
            cwd=self._code,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=120,
        )

    def start(self, line: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            self.command(line),
            cwd=self._code,
            env=self._environment,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )


def _become_nobody() -> list[str]:
    """Nobody, with no capability but, where Python is in a folder closed to others, to read it."""
    setpriv = tool("setpriv", "util-linux")
    nobody = [setpriv, f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--no-new-privs"]
    bare = [*nobody, "--bounding-set=-all", "--inh-caps=-all"]
    tried = [*bare, "/usr/bin/env", sys.executable, "-c", "import granian"]
    if subprocess.run(tried, capture_output=True).returncode == 0:
        return bare
    reading = "-all,+dac_read_search"
    return [*nobody, f"--bounding-set={reading}", f"--inh-caps={reading}", f"--ambient-caps={reading}"]


@pytest.mark.skipif(
    os.geteuid() != 0 and os.environ.get("CI") != "true", reason="only root can become nobody"
)
def test_nobody_serves_the_site_from_code_that_it_cannot_write(installed: Path) -> None:
    """The unit's commands, start to stop: both set-ups, the server, the wait for it, pages and a look-up."""
    port = free_port()
    nobody = Nobody(installed, port)
    before = _contents(installed / "code")
    assert nobody.run("/usr/bin/id -u").stdout.strip() == str(NOBODY)
    assert nobody.run(f"/usr/bin/touch {HOME}/app/new.py").returncode != 0
    assert nobody.run(f"/usr/bin/cp {HOME}/wsgi.py {HOME}/app/settings.py").returncode != 0
    for _ in range(2):  # a first start, and a restart
        for line in values("ExecStartPre"):
            done = nobody.run(line)
            assert done.returncode == 0, done.stderr
        server = nobody.start(values("ExecStart")[0])
        try:
            wait_for(port)
            waited = [
                tool("curl", "curl"),
                *shlex.split(values("ExecStartPost")[0].replace("%i", str(port)))[1:],
            ]
            assert subprocess.run(waited, timeout=60).returncode == 0
            _answers(port)
            assert "\nUid:\t65534\t65534\t65534\t65534\n" in Path(f"/proc/{server.pid}/status").read_text()
            os.kill(server.pid, getattr(signal, values("KillSignal")[0]))
            assert server.wait(int(values("TimeoutStopSec")[0])) == 0
        finally:
            if server.poll() is None:
                os.killpg(server.pid, signal.SIGKILL)
                server.wait()
    assert _contents(installed / "code") == before
    assert {file.name.partition("-")[0] for file in (installed / "state").iterdir()} == {
        "council.sqlite",
        "set",
    }


def _answers(port: int) -> None:
    site = f"http://127.0.0.1:{port}"
    for path in ("/", "/councils/southwark", "/councils/southwark/card.png", "/readyz", "/static/style.css"):
        with urllib.request.urlopen(site + path, timeout=20) as answer:
            assert answer.status == 200, path
    form = b"postcode=SE1+2QH"
    with urllib.request.urlopen(site + "/find", form, timeout=20) as answer:
        assert answer.url == f"{site}/councils/southwark"
    with socket.socket() as outside:
        assert outside.connect_ex(("127.0.0.1", port)) == 0


def _contents(folder: Path) -> dict[str, str]:
    """Every file and folder with the hash of what it holds and its time."""
    found = {}
    for path in sorted(folder.rglob("*")):
        held = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        found[str(path.relative_to(folder))] = f"{held} {path.stat().st_mtime_ns} {path.stat().st_mode:o}"
    return found
