"""Debian's nginx with the shipped site file, on loopback: only ports, paths and certificate replaced."""

import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from typing import NamedTuple

from app.settings import ROOT
from tests.server import free_port

SITE = ROOT / "deploy" / "nginx.conf"
NAME = "kinship.example"
MAIN = """
daemon off;
pid {folder}/pid;
error_log {folder}/main.log;
events {{ worker_connections 2000; }}
http {{
    default_type application/octet-stream;
    types {{ text/html html; }}
    client_body_temp_path {folder}/temp-body;
    proxy_temp_path {folder}/temp-proxy;
    fastcgi_temp_path {folder}/temp-fastcgi;
    scgi_temp_path {folder}/temp-scgi;
    uwsgi_temp_path {folder}/temp-uwsgi;
    include {folder}/site.conf;
}}
"""


Change = Callable[[str], str]


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


class Front:
    """nginx in a folder of its own, where everything that it writes can be read."""

    def __init__(
        self, folder: Path, nginx: str, openssl: str, ports: tuple[int, int], change: Change = str
    ) -> None:
        self.folder = folder
        self.plain, self.secure = free_port(), free_port()
        self._nginx = nginx
        self._certificate(openssl)
        (folder / "site.conf").write_text(change(self._site(ports)))
        # Started by root, nginx would give its workers to somebody who can't read the tests' folder.
        user = f"user {folder.owner()};" if folder.owner() == "root" else ""
        (folder / "nginx.conf").write_text(user + MAIN.format(folder=folder))
        self._tls = ssl.create_default_context(cafile=str(folder / "certificate.pem"))
        self._process: subprocess.Popen[bytes] | None = None

    def _site(self, ports: tuple[int, int]) -> str:
        text = SITE.read_text()
        for shipped, here in {
            "127.0.0.1:8001": f"127.0.0.1:{ports[0]}",
            "127.0.0.1:8002": f"127.0.0.1:{ports[1]}",
            "    listen 80;": f"    listen 127.0.0.1:{self.plain};",
            "    listen 443 ssl": f"    listen 127.0.0.1:{self.secure} ssl",
            "    listen [::]:80;\n": "",
            "    listen [::]:443 ssl http2;\n": "",
            "/etc/letsencrypt/live/kinship.example/fullchain.pem": f"{self.folder}/certificate.pem",
            "/etc/letsencrypt/live/kinship.example/privkey.pem": f"{self.folder}/key.pem",
            "/var/log/nginx/": f"{self.folder}/",
            "/var/cache/kinship": f"{self.folder}/cache",
            "/srv/kinship-council-check/": f"{ROOT}/",
        }.items():
            assert shipped in text, f"the site file no longer says {shipped}"
            text = text.replace(shipped, here)
        return text

    def _certificate(self, openssl: str) -> None:
        subprocess.run(
            [
                openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                "-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}",
                "-keyout", self.folder / "key.pem", "-out", self.folder / "certificate.pem",
            ],
            check=True,
            capture_output=True,
        )  # fmt: skip

    def start(self) -> None:
        command = [self._nginx, "-e", self.folder / "main.log", "-c", self.folder / "nginx.conf"]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", self.secure), 1).close()
            except OSError:
                time.sleep(0.1)
            else:
                return
        raise TimeoutError((self.folder / "main.log").read_text())

    def stop(self) -> None:
        assert self._process is not None
        self._process.terminate()
        self._process.wait(10)

    def connection(self, source: str = "127.0.0.1") -> HTTPSConnection:
        """A visitor's connection, its certificate checked, from an address of loopback."""
        return _Named(self.secure, source, self._tls)

    def secured(self, plain: socket.socket) -> ssl.SSLSocket:
        """TLS on a connection that a test made itself."""
        return self._tls.wrap_socket(plain, server_hostname=NAME)

    def ask(
        self,
        path: str,
        method: str = "GET",
        body: str | None = None,
        source: str = "127.0.0.1",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        return _answer(self.connection(source), path, method, body, headers)

    def ask_plainly(self, path: str, method: str = "GET", headers: Mapping[str, str] | None = None) -> Answer:
        """Without TLS."""
        return _answer(HTTPConnection("127.0.0.1", self.plain, timeout=20), path, method, None, headers)

    def written(self) -> dict[str, bytes]:
        """Everything that nginx wrote to disk, by the file's name."""
        ours = {"certificate.pem", "key.pem", "site.conf", "nginx.conf", "pid"}
        files = (file for file in self.folder.rglob("*") if file.is_file() and file.name not in ours)
        return {str(file.relative_to(self.folder)): file.read_bytes() for file in files}


class _Named(HTTPSConnection):
    """Connects to loopback, whatever the site's name stands for elsewhere."""

    def __init__(self, port: int, source: str, tls: ssl.SSLContext) -> None:
        super().__init__(NAME, port, timeout=20)
        self._source, self._tls = source, tls

    def connect(self) -> None:
        plain = socket.create_connection(("127.0.0.1", self.port), self.timeout, (self._source, 0))
        self.sock = self._tls.wrap_socket(plain, server_hostname=NAME)


def _answer(
    connection: HTTPConnection, path: str, method: str, body: str | None, headers: Mapping[str, str] | None
) -> Answer:
    form = {"Content-Type": "application/x-www-form-urlencoded"} if body is not None else {}
    try:
        connection.request(method, path, body, {"Host": NAME, **form, **(headers or {})})
        answer = connection.getresponse()
        return Answer(
            answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        )
    finally:
        connection.close()


@contextmanager
def in_front(
    folder: Path, nginx: str, openssl: str, ports: tuple[int, int], change: Change = str
) -> Iterator[Front]:
    """nginx, up and then down. `change` makes another site file of the shipped one, for comparison."""
    front = Front(folder, nginx, openssl, ports, change)
    front.start()
    try:
        yield front
    finally:
        front.stop()
