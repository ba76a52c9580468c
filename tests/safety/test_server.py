"""Broken, oversized and two-faced requests, byte by byte, to the real server: refused, and it lives on."""

import re
import socket

import pytest
import requests

HEAD = b" HTTP/1.1\r\nHost: x\r\n"
CLOSE = b"Connection: close\r\n"
GET = b"GET / HTTP/1.1\r\nHost: x\r\n"
POST = b"POST /find HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
LETTER = POST.replace(b"/find", b"/act/paid-leave")
CHUNKED = b"Transfer-Encoding: chunked\r\n"
SECOND = b"GET /councils/leeds HTTP/1.1\r\nHost: y\r\n\r\n"
REFUSED = {400, 408, 411, 413, 414, 417, 431, 501, 505}
NOTHING = 0  # the connection was closed without an answer


def chunks(size: int, count: int) -> bytes:
    return (b"%x\r\n%s\r\n" % (size, b"x" * size)) * count + b"0\r\n\r\n"


def talk(site: str, sent: bytes, hang_up: bool = False, patience: float = 1) -> bytes:
    """Send, and give what comes back until the server closes or has said all that it has to say."""
    host, port = site.removeprefix("http://").split(":")
    got = b""
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        try:
            connection.sendall(sent)
            if hang_up:
                connection.shutdown(socket.SHUT_WR)
            while piece := connection.recv(65536):
                got += piece
                connection.settimeout(patience)
        except OSError:
            pass  # refused while sending, or nothing more to say on a connection that stays open
    return got


def statuses(got: bytes) -> list[int]:
    return [int(status) for status in re.findall(rb"HTTP/1\.[01] (\d{3}) ", got)]


def check_alive(site: str) -> None:
    """On connections of its own, as any other visitor; twice, for there are two workers."""
    for path in ("/healthz", "/councils/leeds", "/healthz"):
        assert requests.get(site + path, timeout=20).status_code == 200


def attack(site: str, sent: bytes, allowed: set[int], hang_up: bool = False) -> None:
    got = talk(site, sent, hang_up)
    answers = statuses(got) or [NOTHING]
    assert len(answers) == 1, answers
    assert answers[0] in allowed, answers
    assert b"Traceback" not in got
    check_alive(site)


OVERSIZED = {
    "a long body": (POST + b"Content-Length: 2000000\r\n\r\n" + b"x" * 2_000_000, {413, NOTHING}),
    "a long body that never comes": (POST + b"Content-Length: 99999999999\r\n\r\nx", {413}),
    "a body of one byte too many": (POST + CLOSE + b"Content-Length: 16385\r\n\r\n" + b"x" * 16385, {413}),
    "a long letter that never comes": (LETTER + b"Content-Length: 1048577\r\n\r\nx", {413}),
    "a body in chunks of a little too much": (POST + CHUNKED + b"\r\n" + chunks(0x1000, 5), {413}),
    "a long body in chunks": (POST + CHUNKED + b"\r\n" + chunks(0x4000, 20), {413, NOTHING}),
    "a very long body in chunks": (POST + CHUNKED + b"\r\n" + chunks(0x10000, 400), {413, NOTHING}),
    "a long letter in chunks": (LETTER + CHUNKED + b"\r\n" + chunks(0x4000, 100), {413, NOTHING}),
    "a long body of one-byte chunks": (POST + CHUNKED + b"\r\n" + chunks(1, 20_000), {413, NOTHING}),
    "a long body where none is read": (
        POST.replace(b"/find", b"/nope") + CLOSE + b"Content-Length: 2000000\r\n\r\n" + b"x" * 2_000_000,
        {404, NOTHING},
    ),
    "a long address": (b"GET /" + b"a" * 70_000 + HEAD + CLOSE + b"\r\n", {414, 431}),
    "a very long address": (b"GET /" + b"a" * 1_000_000 + HEAD + b"\r\n", {414, 431, NOTHING}),
    "a long query": (b"GET /councils?name=" + b"a" * 70_000 + HEAD + CLOSE + b"\r\n", {414, 431}),
    "an endless first line": (b"a" * 2_000_000, {400, 414, 431, NOTHING}),
    "a long header": (GET + b"X: " + b"a" * 1_000_000 + b"\r\n\r\n", {431, NOTHING}),
    "a long name of a header": (GET + b"a" * 1_000_000 + b": x\r\n\r\n", {400, 431, NOTHING}),
    "a header of 50 kB": (GET + b"X: " + b"a" * 50_000 + b"\r\n\r\n", {431}),
    "many headers": (GET + b"X: a\r\n" * 5_000 + b"\r\n", {431}),
    "many long headers": (GET + (b"X: " + b"a" * 8_000 + b"\r\n") * 200 + b"\r\n", {431, NOTHING}),
    "headers without end": (GET + b"X-%d: a\r\n" * 100_000, {400, 431, NOTHING}),
    "a long extension of a chunk": (
        POST + CHUNKED + b"\r\n1;" + b"a" * 1_000_000 + b"\r\nx\r\n0\r\n\r\n",
        {400, 413, 422, NOTHING},
    ),
    "a long trailer": (
        POST + CHUNKED + b"\r\n0\r\nX: " + b"a" * 1_000_000 + b"\r\n\r\n",
        {400, 413, 422, NOTHING},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", OVERSIZED)
def test_too_much_is_refused(site: str, name: str) -> None:
    attack(site, *OVERSIZED[name])


TWO_FACED = {
    "length and chunks": POST + b"Content-Length: 5\r\n" + CHUNKED + b"\r\n0\r\n\r\n" + SECOND,
    "chunks and length": POST + CHUNKED + b"Content-Length: 500\r\n\r\n0\r\n\r\n" + SECOND,
    "two lengths": POST + b"Content-Length: 0\r\nContent-Length: 44\r\n\r\n" + SECOND,
    "two lengths in one": POST + b"Content-Length: 0, 44\r\n\r\n" + SECOND,
    "a length below zero": POST + b"Content-Length: -1\r\n\r\n" + SECOND,
    "a length with a plus": POST + b"Content-Length: +0\r\n\r\n" + SECOND,
    "a length in words": POST + b"Content-Length: none\r\n\r\n" + SECOND,
    "a length in hex": POST + b"Content-Length: 0x0\r\n\r\n" + SECOND,
    "a length beyond all numbers": POST + b"Content-Length: 99999999999999999999999\r\n\r\n" + SECOND,
    "a size of no chunk": POST + CHUNKED + b"\r\nzz\r\n\r\n0\r\n\r\n" + SECOND,
    "a chunk beyond all numbers": POST + CHUNKED + b"\r\nfffffffffffffffff\r\nabc\r\n0\r\n\r\n" + SECOND,
    "a chunk below zero": POST + CHUNKED + b"\r\n-1\r\nabc\r\n0\r\n\r\n" + SECOND,
    "a chunk longer than said": POST + CHUNKED + b"\r\n1\r\nabc\r\n0\r\n\r\n" + SECOND,
    "chunks ended by LF": POST + CHUNKED + b"\r\n1\nx\n0\n\n" + SECOND,
    "another encoding": POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + SECOND,
    "chunked, then another": POST + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" + SECOND,
    "a hidden encoding": POST + b"Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n" + SECOND,
    "a space before the colon": POST + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + SECOND,
    "a line folded": POST + b"Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n" + SECOND,
    "a header that starts with a space": POST + b" X: y\r\n\r\n" + SECOND,
    "a bare CR in a header": POST + b"X: a\rContent-Length: 44\r\n\r\n" + SECOND,
    "a NUL in a header": POST + b"X: a\0b\r\n\r\n" + SECOND,
    "chunks in HTTP/1.0": POST.replace(b"1.1", b"1.0") + CHUNKED + b"\r\n0\r\n\r\n" + SECOND,
}


@pytest.mark.parametrize("name", TWO_FACED)
def test_a_request_that_two_servers_may_read_differently_gets_one_answer(site: str, name: str) -> None:
    """One, whatever it is: the second request, hidden in it, must never be answered."""
    attack(site, TWO_FACED[name], {*REFUSED, 422, NOTHING})


def test_two_honest_requests_get_two_answers(site: str) -> None:
    """So that the test above can fail."""
    last = SECOND.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    assert statuses(talk(site, POST + b"Content-Length: 0\r\n\r\n" + last, patience=20)) == [422, 200]
    small = POST + CHUNKED + b"\r\n10\r\npostcode=SE1+2DL\r\n0\r\n\r\n"
    assert statuses(talk(site, small + last, patience=20)) == [303, 200]


ODD = {
    "lines ended by LF": (b"GET /healthz HTTP/1.1\nHost: x\nConnection: close\n\n", {200, 400}),
    "lines ended by CR": (b"GET /healthz HTTP/1.1\rHost: x\r\r", REFUSED),
    "HTTP/0.9": (b"GET /\r\n", REFUSED | {NOTHING}),
    "HTTP/1.0": (b"GET /healthz HTTP/1.0\r\n\r\n", {200}),
    "HTTP/1.9": (b"GET / HTTP/1.9\r\nHost: x\r\n\r\n", REFUSED),
    "HTTP/2.0 by name": (b"GET / HTTP/2.0\r\nHost: x\r\n\r\n", REFUSED),
    "HTTP/9": (b"GET / HTTP/9\r\nHost: x\r\n\r\n", REFUSED),
    "the start of HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\4\0\0\0\0\0", {NOTHING}),
    "HTTP/2, then nonsense": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\xff" * 5_000, {NOTHING}),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 500, REFUSED | {NOTHING}),
    "every byte": (bytes(range(256)) * 40, REFUSED | {NOTHING}),
    "zeros": (b"\0" * 5_000, REFUSED | {NOTHING}),
    "no host": (b"GET /healthz HTTP/1.1\r\n" + CLOSE + b"\r\n", {200, 400}),
    "two hosts": (b"GET /healthz HTTP/1.1\r\nHost: x\r\nHost: y\r\n" + CLOSE + b"\r\n", {200, 400}),
    "a host that is none": (b"GET /nope HTTP/1.1\r\nHost: a..b<c>\r\n" + CLOSE + b"\r\n", {404, 400}),
    "OPTIONS *": (b"OPTIONS *" + HEAD + CLOSE + b"\r\n", {404, 400}),
    "CONNECT": (b"CONNECT evil.example:443" + HEAD + CLOSE + b"\r\n", {400, 404, 405}),
    "TRACE": (b"TRACE /" + HEAD + CLOSE + b"Max-Forwards: 0\r\n\r\n", {405}),
    "a method made up": (b"SE12DL /" + HEAD + CLOSE + b"\r\n", {405}),
    "a long method": (b"A" * 5_000 + b" /" + HEAD + CLOSE + b"\r\n", {400, 405}),
    "a method with markup": (b"<GET> /" + HEAD + CLOSE + b"\r\n", REFUSED),
    "a space in the address": (b"GET /a b" + HEAD + CLOSE + b"\r\n", REFUSED),
    "a NUL in the address": (b"GET /a\0b" + HEAD + CLOSE + b"\r\n", REFUSED),
    "an address not in UTF-8": (b"GET /councils/\xff?x=\xff" + HEAD + CLOSE + b"\r\n", {400, 404}),
    "a query in plain UTF-8": ("GET /councils?name=€你".encode() + HEAD + CLOSE + b"\r\n", {200}),
    "a way up": (b"GET /static/../../app/settings.py" + HEAD + CLOSE + b"\r\n", {404}),
    "a way up, encoded": (b"GET /static/%2e%2e%2f%2e%2e%2fwsgi.py" + HEAD + CLOSE + b"\r\n", {404}),
    "headers not in UTF-8": (GET + CLOSE + b"Referer: \xff\xfe\r\nCookie: \x80=\xff\r\n\r\n", {200}),
    "an upgrade to HTTP/2": (
        GET + b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
        b"HTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n",
        {200, 400},
    ),
    "an upgrade to a web socket": (
        GET + b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        {200, 400},
    ),
    "an odd expectation": (POST + CLOSE + b"Expect: coffee\r\nContent-Length: 0\r\n\r\n", {417, 422}),
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
def test_what_is_hardly_a_request_harms_nobody(site: str, name: str) -> None:
    attack(site, *ODD[name])


@pytest.mark.parametrize(
    "sent", [b"", b"GET", GET, GET + b"X: ", POST + b"Content-Length: 99\r\n\r\npost", b"\r\n" * 50_000]
)
def test_who_hangs_up_half_way_harms_nobody(site: str, sent: bytes) -> None:
    attack(site, sent, {NOTHING, 400, 408, 422, 431}, hang_up=True)


@pytest.mark.parametrize(
    "target", [b"http://evil.example", b"http://evil.example/", b"//evil.example/", b"evil.example"]
)
def test_a_whole_address_of_another_host_leads_nowhere(site: str, target: bytes) -> None:
    for path in (b"", b"sitemap.xml", b"councils/leeds", b"councils/poole"):
        got = talk(site, b"GET " + target + b"/" + path + HEAD + CLOSE + b"\r\n")
        assert statuses(got)[0] in (200, 301, 400, 404)
        assert b"evil" not in got
