"""A real HTTP server on loopback that answers as postcodes.io 18.0.1 does, and fails in every way it can.

It knows the postcodes of tests/postcodes/areas.csv: the councils' own offices and the input cases, with
their area codes from OS Code-Point Open (November 2025).
"""

import csv
import json
import re
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote_to_bytes, urlsplit

AREAS = Path(__file__).parent / "postcodes" / "areas.csv"
RETIRED = {
    "AB10AA": {
        "postcode": "AB1 0AA",
        "year_terminated": 1996,
        "month_terminated": 6,
        "longitude": -2.242851,
        "latitude": 57.101474,
    }
}
NEAREST_TO_RETIRED = "AB10 1AB"  # Aberdeen, where AB1 0AA was
PSEUDO_COUNTY = {"E": "E99999999", "W": "W99999999", "S": "S99999999", "N": "N99999999"}
WELL_FORMED = re.compile(r"[A-Z]{1,2}\d[A-Z\d]?\d[A-Z]{2}")
LONGEST_ADDRESS = 2000


def _postcodes() -> dict[str, dict[str, Any]]:
    with AREAS.open(encoding="utf-8", newline="") as file:
        return {row["postcode"].replace(" ", ""): _result(row) for row in csv.DictReader(file)}


def _result(row: dict[str, str]) -> dict[str, Any]:
    district = row["district"] or None
    county = (row["county"] or PSEUDO_COUNTY[district[0]]) if district else None
    outward, inward = row["postcode"].split()
    return {
        "postcode": row["postcode"],
        "outcode": outward,
        "incode": inward,
        "admin_district": None,  # names may be null; only the codes count
        "admin_county": None,
        "codes": {"admin_district": district, "admin_county": county, "parish": None},
    }


class PostcodeAPI:
    """The server: `url` to ask it at, `fault` to break it with, `asked` counting the requests it got."""

    def __init__(self) -> None:
        self.postcodes = _postcodes()
        self.fault: str | None = None
        self.asked = 0
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []
        api = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = 64 * 1024  # one packet an answer: two would wait for each other 40 ms

            def do_GET(self) -> None:
                api.asked += 1
                api.headers.append(dict(self.headers))
                api.paths.append(self.path)
                if api.fault is None:
                    self.answer(*api.answer_to(self.path))
                else:
                    (FAULTS | ODDITIES)[api.fault](self, api)

            def answer(self, status: int, body: bytes, kind: str = "application/json; charset=utf-8") -> None:
                self.send_response(status)
                if body:
                    self.send_header("Content-Type", kind)
                self.send_header("Access-Control-Allow-Origin", "*")
                self.send_header("ETag", 'W/"4d1-aaaa"')
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Stay quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign] # clients hang up on faults
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer_to(self, address: str) -> tuple[int, bytes]:
        """Status and body for a path with its query, as the real one answers."""
        if len(address) > LONGEST_ADDRESS:
            return 400, b""
        parts = urlsplit(address)
        if parts.path == "/postcodes":
            return self._nearest(parse_qs(parts.query))
        try:
            if re.search("%(?![0-9A-Fa-f]{2})", parts.path):
                raise UnicodeDecodeError("utf-8", b"", 0, 1, "broken percent-encoding")
            text = unquote_to_bytes(parts.path.removeprefix("/postcodes/")).decode()
        except UnicodeDecodeError:
            return 500, _json({"status": 500, "error": "Internal server error"})
        compact = text.replace(" ", "").upper()
        if not WELL_FORMED.fullmatch(compact):
            return 404, _json({"status": 404, "error": "Invalid postcode"})
        if compact in self.postcodes:
            return 200, _json({"status": 200, "result": self.postcodes[compact]})
        body: dict[str, Any] = {"status": 404, "error": "Postcode not found"}
        if compact in RETIRED:
            body["terminated"] = RETIRED[compact]
        return 404, _json(body)

    def _nearest(self, query: dict[str, list[str]]) -> tuple[int, bytes]:
        if "lon" not in query:
            error = "No postcode query submitted. Remember to include query parameter"
            return 400, _json({"status": 400, "error": error})
        near = abs(float(query["lat"][0]) - 57.1) < 0.01
        nearest = [self.postcodes[NEAREST_TO_RETIRED.replace(" ", "")]] if near else None
        return 200, _json({"status": 200, "result": nearest})


def _json(body: object) -> bytes:
    return json.dumps(body).encode()


def _drop(handler: Any, _api: PostcodeAPI) -> None:
    handler.connection.shutdown(socket.SHUT_RDWR)


def _hang(handler: Any, api: PostcodeAPI) -> None:
    while api.fault == "hanging":
        time.sleep(0.05)
    handler.close_connection = True


def _drip(handler: Any, api: PostcodeAPI, pieces: bytes) -> None:
    for byte in pieces:
        if api.fault is None or not api.fault.startswith("dripping"):
            break
        handler.wfile.write(bytes([byte]))
        handler.wfile.flush()
        time.sleep(0.1)
    handler.close_connection = True


def _drip_headers(handler: Any, api: PostcodeAPI) -> None:
    _drip(handler, api, b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" + b"X: y\r\n" * 500)


def _drip_body(handler: Any, api: PostcodeAPI) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "5000")
    handler.end_headers()
    _drip(handler, api, b" " * 5000)


def _cut_short(handler: Any, _api: PostcodeAPI) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "500")
    handler.end_headers()
    handler.wfile.write(b'{"status":200,')
    handler.close_connection = True


def _redirect(handler: Any, _api: PostcodeAPI) -> None:
    handler.send_response(302)
    handler.send_header("Location", "http://elsewhere.example/postcodes/x")
    handler.send_header("Content-Length", "0")
    handler.end_headers()


def _answering(status: int, body: object) -> Any:
    raw = body if isinstance(body, bytes) else _json(body)
    return lambda handler, _api: handler.answer(status, raw)


def _codes(district: object, county: object) -> Any:
    codes = {"admin_district": district, "admin_county": county}
    return _answering(200, {"status": 200, "result": {"codes": codes}})


def _close_quietly(handler: Any, api: PostcodeAPI) -> None:
    """Answer well, then close without saying so, as a server does with a connection kept too long."""
    handler.answer(*api.answer_to(handler.path))
    handler.close_connection = True


def _set_a_cookie(handler: Any, api: PostcodeAPI) -> None:
    status, body = api.answer_to(handler.path)
    handler.send_response(status)
    handler.send_header("Set-Cookie", "who=you; Path=/")
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


# What is odd about a server that still answers well.
ODDITIES: dict[str, Any] = {"closing quietly": _close_quietly, "setting a cookie": _set_a_cookie}

FAULTS: dict[str, Any] = {
    "dropping the connection": _drop,
    "hanging": _hang,
    "dripping headers": _drip_headers,
    "dripping a body": _drip_body,
    "cut short": _cut_short,
    "500": _answering(500, {"status": 500, "error": "Internal server error"}),
    "502 as HTML": _answering(502, b"<html>Bad gateway</html>"),
    "503": _answering(503, b""),
    "429": _answering(429, {"status": 429}),
    "403": _answering(403, b"<html>Forbidden</html>"),
    "400 and nothing": _answering(400, b""),
    "404 as HTML": _answering(404, b"<html>Not found</html>"),
    "404 of another kind": _answering(404, {"status": 404, "error": "Resource not found"}),
    "HTML": _answering(200, b"<!DOCTYPE html><p>Log in to the hotel's wireless network"),
    "broken JSON": _answering(200, b'{"status":200,"result":{'),
    "not an object": _answering(200, []),
    "deep nesting": _answering(200, b"[" * 60000),
    "bytes that are not UTF-8": _answering(200, b'{"status":200,"result":"\xff\xfe"}'),
    "no result": _answering(200, {"status": 200}),
    "null result": _answering(200, {"status": 200, "result": None}),
    "result of a wrong type": _answering(200, {"status": 200, "result": "Leeds"}),
    "codes of a wrong type": _codes(35, ["E10000016"]),
    "codes that are no codes": _codes("Leeds", "E99999999"),
    "codes missing": _answering(200, {"status": 200, "result": {"codes": {}}}),
    "null codes": _codes(None, None),
    "an unknown code": _codes("E06999998", "E99999999"),
    "too large": _answering(200, b'{"status":200,"x":"' + b"x" * 200_000 + b'"}'),
    "redirecting": _redirect,
    "retired in an odd way": _answering(
        404, {"status": 404, "error": "Postcode not found", "terminated": {"year_terminated": "long ago"}}
    ),
    "retired nowhere on earth": _answering(
        404,
        b'{"status":404,"error":"Postcode not found","terminated":{"longitude":1%s,"latitude":0}}'
        % (b"0" * 400),
    ),
    "an error that is no text": _answering(404, {"status": 404, "error": ["Postcode not found"]}),
}


def running() -> Iterator[PostcodeAPI]:
    """For a fixture: the server, up and then down."""
    api = PostcodeAPI()
    try:
        yield api
    finally:
        api.fault = None
        api.close()
