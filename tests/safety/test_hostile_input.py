"""Hostile input through every field, query, path, header and method of every route: see `attacker.check`."""

from functools import cache
from itertools import cycle

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from app.settings import ROOT
from tests.pages import addresses
from tests.safety.attacker import MARK, Answer, ask
from tests.safety.attacks import BROKEN, HEADERS, NEARLY, TRICKS, as_header, encode, in_a_header, pairs, texts

FORM = "application/x-www-form-urlencoded"
FORMS = ["/find", "/councils/southwark/write", "/councils/barnet/write/mp", "/act/paid-leave"]  # one a route
METHODS = (
    "GET",
    "HEAD",
    "OPTIONS",
    "POST",
    "PUT",
    "DELETE",
    "TRACE",
    "PATCH",
    "CONNECT",
    "get",
    MARK,
    "\xff",
)
hard = settings(
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)


def _split(address: str) -> tuple[bytes, bytes]:
    path, _, query = address.partition("?")
    return path.encode(), query.encode()


@cache
def _plain(app: Flask, path: bytes, query: bytes) -> Answer:
    return ask(app, "GET", path, query)


def test_every_trick_in_every_field_of_every_address(attacked: Flask, fields: list[str]) -> None:
    pages = cycle(addresses(attacked))
    assert {attacked.url_map.bind("x").match(form, "POST")[0] for form in FORMS} == {
        rule.endpoint for rule in attacked.url_map.iter_rules() if "POST" in (rule.methods or ())
    }
    for trick in (*map(encode, TRICKS), *BROKEN):
        everywhere = b"&".join(encode(field) + b"=" + trick for field in fields)
        for _ in range(5):
            path, query = _split(next(pages))
            ask(attacked, "GET", path, query + b"&" + everywhere)
        for form in FORMS:
            limit = 16_000 if form == "/find" else 1_000_000
            answer = ask(attacked, "POST", form.encode(), everywhere, body=everywhere, content_type=FORM)
            assert answer.status in ((200, 422) if len(everywhere) < limit else (413,))


def test_every_field_alone(attacked: Flask, fields: list[str]) -> None:
    """So that no field hides behind the fault of another."""
    tricks = cycle(TRICKS)
    for address in addresses(attacked):
        path, query = _split(address)
        field = encode(fields[len(path + query) % len(fields)])
        ask(attacked, "GET", path, query + b"&" + field + b"=" + encode(next(tricks)))
    for form in addresses(attacked, "POST"):
        for field in fields[:: 2 if form == "/find" else 6]:
            body = encode(field) + b"=" + encode(next(tricks))
            ask(attacked, "POST", form.encode(), body=body, content_type=FORM)


@given(data=st.data())
@settings(hard, max_examples=300)
def test_any_query(attacked: Flask, fields: list[str], data: st.DataObject) -> None:
    path, _ = _split(data.draw(st.sampled_from(addresses(attacked))))
    query = data.draw(pairs(st.one_of(st.sampled_from(fields), texts)))
    ask(attacked, data.draw(st.sampled_from(METHODS[:3])), path, query)


@given(data=st.data())
@settings(hard, max_examples=300)
def test_any_form(attacked: Flask, fields: list[str], data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(FORMS * 10 + addresses(attacked, "POST"))).encode()
    body = data.draw(pairs(st.one_of(st.sampled_from(fields), texts)))
    answer = ask(attacked, "POST", path, body=body, content_type=FORM)
    assert answer.status in (200, 303, 308, 404, 413, 422)


@given(data=st.data())
@settings(hard, max_examples=600)
def test_any_path_and_method(attacked: Flask, data: st.DataObject) -> None:
    """Hostile parts where a route has a part, and hostile paths of no route: nothing of them comes back."""
    rules = sorted({rule.rule for rule in attacked.url_map.iter_rules()})
    rule = data.draw(
        st.sampled_from([rule for rule in rules if "<" in rule] + ["<any>", "/<any>", "//<any>"])
    )
    part = data.draw(st.one_of(texts, st.sampled_from(["southwark", "poole", ""])))
    tail = data.draw(st.sampled_from(["", "", "/", "//", "\0", ".", "%00", ";x", " "]))
    head, _, rest = rule.partition("<")
    path = (head + part + rest.partition(">")[2] + tail).encode("utf-8", "surrogatepass")
    answer = ask(attacked, data.draw(st.sampled_from(METHODS)), path)
    assert MARK not in answer.body.decode(errors="replace").lower()


@given(data=st.data())
@settings(hard, max_examples=300)
def test_any_headers(attacked: Flask, data: st.DataObject) -> None:
    """Whatever they say, a page that is shown is the very page that everybody gets."""
    path, query = _split(data.draw(st.sampled_from(addresses(attacked))))
    headers = data.draw(st.dictionaries(st.sampled_from(HEADERS), in_a_header, max_size=6))
    answer = ask(attacked, "GET", path, query, headers.items())
    if answer.status == 200 and "Content-Encoding" not in answer.headers:
        assert answer.body == _plain(attacked, path, query).body


def test_every_header_with_every_trick(attacked: Flask) -> None:
    pages = cycle(addresses(attacked))
    for value in (*map(as_header, TRICKS), *NEARLY):
        for header in HEADERS:
            path, query = _split(next(pages)) if header == "Host" else (b"/nope", b"")
            ask(attacked, "GET", path, query, [(header, value)])
        everything = [(header, value) for header in HEADERS if header not in ("Upgrade", "Connection")]
        ask(attacked, "GET", b"/councils/southwark", b"", everything)
        ask(attacked, "POST", b"/find", b"", everything, b"postcode=SE1+2DL")


def test_no_host_header_poisons_anything_that_is_kept_or_passed_on(attacked: Flask) -> None:
    hosts = cycle(["evil.example", "evil.example:81", "kinship.example.evil.example", "a..evil", "\xffevil"])
    for address in addresses(attacked):
        path, query = _split(address)
        lies = _lies(next(hosts))
        answer, plain = ask(attacked, "GET", path, query, lies), _plain(attacked, path, query)
        assert (answer.status, answer.body) == (plain.status, plain.body), address
        assert answer.headers.get("Location") == plain.headers.get("Location")
        assert b"evil" not in answer.body
    for _ in range(5):
        posted = ask(attacked, "POST", b"/find", b"", _lies(next(hosts)), b"postcode=SE1+2DL", FORM)
        assert posted.headers["Location"] == "/councils/southwark"
        found = ask(attacked, "POST", b"/councils/leeds/write", b"", _lies(next(hosts)), b"words1=x", FORM)
        assert "https://kinship.example/councils/leeds" in found.text
        assert "evil" not in found.text


def _lies(host: str) -> list[tuple[str, str]]:
    return [
        *((f"X-Forwarded-{name}", host) for name in ("Host", "Server", "For")),
        *((name, host) for name in ("Host", "X-Original-Host", "Origin", "Referer")),
        ("Forwarded", f"for=1.2.3.4;host={host};proto=http"),
        ("X-Forwarded-Proto", "gopher"),
        ("X-Forwarded-Prefix", "/evil"),
        ("X-Original-URL", "/evil"),
    ]


@given(data=st.data())
@settings(hard, max_examples=300)
def test_no_path_leads_out_of_the_static_files(attacked: Flask, data: st.DataObject) -> None:
    up = [
        "..",
        "%2e%2e",
        "..%2f",
        "..\\",
        "%5c..",
        ".",
        "",
        "\0",
        "%00",
        "....",
        "..;",
        "\u2025",
        "\uff0e\uff0e",
    ]
    down = [
        "app",
        "static",
        "style.css",
        "settings.py",
        "wsgi.py",
        "data",
        "etc",
        "passwd",
        "proc/self/environ",
        "C:",
    ]
    parts = data.draw(st.lists(st.sampled_from(up + down), min_size=1, max_size=8))
    path = ("/static/" + data.draw(st.sampled_from(["/", "\\", "%2f", "//"])).join(parts)).encode()
    answer = ask(attacked, "GET", path)
    own = {f"/static/{file.name}".encode() for file in (ROOT / "app" / "static").iterdir()}
    assert answer.status == 404 or path in own, path


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json", "text/plain", "text/xml", "application/octet-stream", "x",
        "multipart/mixed; boundary=b", "application/x-www-form-urlencodedx", "multipart", "",
        "multipart/form-data/x; boundary=b", "\xff", "application/x-www-form-urlencoded, application/json",
    ],
)  # fmt: skip
def test_a_body_of_another_kind_is_refused_by_every_form(attacked: Flask, content_type: str) -> None:
    for form in addresses(attacked, "POST"):
        body = b"postcode=SE1+2DL&words1=" + encode(TRICKS[1])
        answer = ask(attacked, "POST", form.encode(), body=body, content_type=content_type)
        assert (answer.status, MARK in answer.text) == (415, False)


PART = b'--b\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'


@given(data=st.data())
@settings(hard, max_examples=200)
def test_any_form_in_parts(attacked: Flask, fields: list[str], data: st.DataObject) -> None:
    """Files, broken parts, odd names and boundaries: read as a form or refused, never a fault."""
    values = st.one_of(texts.map(lambda text: text.encode("utf-8", "surrogatepass")), st.binary(max_size=50))
    names = st.one_of(st.sampled_from(fields), texts).map(lambda name: name.encode("utf-8", "surrogatepass"))
    ends = [
        b'"; filename="x.txt',
        b'"; filename="',
        b"\"; filename*=utf-7''%ff\"",
        b'"; name="gap',
        b"",
        b"",
        b"",
    ]
    parts = data.draw(st.lists(st.tuples(names, st.sampled_from(ends), values), max_size=6))
    body = b"".join(PART % (name + end, value) for name, end, value in parts)
    body += data.draw(
        st.sampled_from([b"--b--\r\n", b"--b--\r\n", b"--b\r\n", b"", b"--b\r\nX: y", b"\r\n--c--"])
    )
    kinds = ["; boundary=b", "; boundary=b; charset=utf-7", '; boundary="b', "", "; boundary=" + "b" * 99]
    path = data.draw(st.sampled_from(["/find", "/councils/southwark/write", "/act/paid-leave"])).encode()
    kind = "multipart/form-data" + data.draw(st.sampled_from(kinds[:1] * 4 + kinds))
    answer = ask(attacked, "POST", path, body=body, content_type=kind)
    assert answer.status in (200, 303, 400, 404, 413, 422)


@pytest.mark.parametrize(
    "body",
    [
        b"postcode=x&" * 1_400,
        b"&" * 16_000,
        b"words1=" + b"%" * 900_000,
        b"a=&" * 300_000,
        b"words1=x&" * 100_000,
        b"gap=" + b"money&gap=" * 90_000,
        b"words1=" + "e\u0301".encode() * 5_000,
        b"words1=" + "\u0301".encode() * 300_000,
        b"x" * 1_048_577,
    ],
)
def test_very_many_or_very_long_fields(attacked: Flask, body: bytes) -> None:
    for form in ("/find", "/councils/southwark/write", "/act/paid-leave"):
        limit = 16 * 1024 if form == "/find" else 1024 * 1024
        answer = ask(attacked, "POST", form.encode(), body=body, content_type=FORM)
        assert answer.status in ((200, 422) if len(body) <= limit else (413,)), form
    parts = b"".join(PART % (b"gap", b"x") for _ in range(2_000)) + b"--b--\r\n"
    answer = ask(
        attacked, "POST", b"/act/paid-leave", body=parts, content_type="multipart/form-data; boundary=b"
    )
    assert answer.status == 413


def test_what_was_typed_stays_as_it_was(attacked: Flask) -> None:
    """Escaped, not eaten: a test that nothing is shown would pass on an empty page too."""
    for trick in TRICKS[:12]:
        answer = ask(attacked, "POST", b"/find", body=b"postcode=" + encode(trick), content_type=FORM)
        assert (answer.status, MARK in answer.text) == (422, True)
