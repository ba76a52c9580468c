"""The shipped nginx site, tried with Debian's nginx in front of two processes of the site."""

import gzip
import re
import time
from pathlib import Path

import brotli
from flask import Flask

from app.web.errors import WORDS
from tests.deploy.conftest import Deployed, deployed
from tests.deploy.front import NAME, Answer, Front
from tests.deploy.load import visitors
from tests.pages import addresses
from tests.server import wait_for

SOUTHWARK = "SE1 2QH"  # a postcode of that council's own office
TYPED = ("SW1A2AA", "SW1A 2AA", "SW1A+2AA", "SW1A%202AA")
LINE = re.compile(
    rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d \d{3} (GET|HEAD|POST|other) \d+\.\d{3}s"
    rb" app=[-\d, :]+ cache=(-|MISS|HIT|BYPASS|EXPIRED|STALE|UPDATING|REVALIDATED)"
)
VISITOR = "127.0.0.77"
# They tell of this moment or this machine, so two answers need not be the same.
MOMENTARY = ("/readyz",)


def find(front: Front, postcode: str = SOUTHWARK, **more: object) -> Answer:
    return front.ask("/find", "POST", "postcode=" + postcode.replace(" ", "+"), **more)  # type: ignore[arg-type]


def test_every_page_is_the_same_through_nginx(front: Front, app: Flask) -> None:
    """Asked twice, so that it also comes from nginx's memory; and varying by no header but one."""
    asked = 0
    for path in addresses(app):
        fresh, kept = front.ask(path), front.ask(path)
        assert fresh.status < 500, path
        assert kept.status == fresh.status, path
        assert {"", "Accept-Encoding"} >= set(fresh.headers.get("vary", "").split(", ")), path
        for name in ("cache-control", "content-security-policy", "strict-transport-security"):
            assert kept.headers[name] == fresh.headers[name], f"{name} of {path}"
        if path not in MOMENTARY:
            assert kept.body == fresh.body, path
        asked += 1
    assert asked > 100
    kept_pages = [line for line in front.written()["kinship.log"].splitlines() if line.endswith(b"cache=HIT")]
    assert len(kept_pages) > asked / 2


def test_each_browser_gets_the_form_it_reads(front: Front) -> None:
    plain = front.ask("/councils/southwark").body
    for accepted, encoding, unpack in (
        ("gzip, deflate, br, zstd", "br", brotli.decompress),
        ("gzip;q=1.0, br;q=0", "gzip", gzip.decompress),
        ("GZIP", "gzip", gzip.decompress),
        ("br;q=0.5", "br", brotli.decompress),
        ("gzip;q=0, identity", None, bytes),
        ("compress", None, bytes),
        ("gzip, deflate, br, zstd", "br", brotli.decompress),
    ):
        answer = front.ask("/councils/southwark", headers={"Accept-Encoding": accepted})
        assert answer.headers.get("content-encoding") == encoding, accepted
        assert unpack(answer.body) == plain, accepted
        assert answer.headers["vary"] == "Accept-Encoding"


def test_plain_http_goes_to_the_sites_own_name(front: Front) -> None:
    for host in (NAME, "evil.example", f"{NAME}.evil.example", "127.0.0.1", f"{NAME}:99"):
        for method in ("GET", "POST"):
            answer = front.ask_plainly("/councils?name=kent", method, {"Host": host})
            assert answer.status == 308
            assert answer.headers["location"] == f"https://{NAME}/councils?name=kent"


def test_a_forged_host_reaches_nothing(front: Front) -> None:
    """Neither the answer to the forger nor what nginx keeps for the next visitor."""
    forged = {"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example", "X-Host": "evil.example"}
    for path in ("/", "/councils/southwark", "/sitemap.xml", "/robots.txt", "/councils/poole", "/nowhere"):
        for headers in ({"Host": "evil.example"}, {"Host": "evil.example", **forged}, forged):
            answer = front.ask(path, headers=headers)
            assert "evil" not in f"{answer.headers}{answer.body!r}", f"{path} {headers}"
        assert "evil" not in f"{front.ask(path)}", path
    assert "evil" not in f"{find(front, headers=forged).headers}"


FORGED = (
    {},
    {"X-Forwarded-For": "203.0.113.{}"},
    {"X-Forwarded-For": "203.0.113.{}, 198.51.100.{}"},
    {"x-forwarded-for": "127.0.0.{}", "Forwarded": "for=203.0.113.{}"},
    {"X-Real-IP": "203.0.113.{}", "True-Client-IP": "203.0.113.{}", "CF-Connecting-IP": "203.0.113.{}"},
)


def test_a_forged_address_does_not_evade_the_rate_limit(environment: dict[str, str], tmp_path: Path) -> None:
    """Four an hour in each of two processes are eight; the ninth is refused whoever it says it is."""
    with deployed(tmp_path, environment | {"FIND_RATE_LIMIT": "4 per hour"}) as (front, _):
        for number, forged in enumerate(FORGED, 100):
            statuses = []
            for turn in range(12):
                headers = {name: value.format(turn, turn) for name, value in forged.items()}
                statuses.append(find(front, source=f"127.0.0.{number}", headers=headers).status)
            assert statuses[:4] == [303] * 4, "a visitor is kept out by what others did"
            assert statuses.count(303) <= 8, forged
            assert statuses[8:] == [429] * 4, forged


def test_what_nginx_writes_holds_no_address_and_no_postcode(own: Deployed) -> None:
    """Not the logs, in good times and bad, nor the kept pages, nor a temporary file."""
    front, processes = own
    for _ in range(2):
        _type_everywhere(front)
        for port in processes.ports:
            processes.kill(port)
        _type_everywhere(front)
        for port in processes.ports:
            processes.start(port)
        time.sleep(3)
    written = front.written()
    assert any(name.startswith("cache/") for name in written), "nothing was kept, so this tries nothing"
    for name, content in written.items():
        for secret in (*TYPED, VISITOR, "SW1A", "203.0.113."):
            assert secret.encode() not in content, f"{secret} in {name}"
    lines = written["kinship.log"].splitlines()
    assert len(lines) > 4 * len(TYPED)
    assert [line for line in lines if not LINE.fullmatch(line)] == []


def _type_everywhere(front: Front) -> None:
    """A postcode in every place where one may be mistyped, from an address that can be told."""
    front.ask("/councils/southwark", source=VISITOR)
    for typed in TYPED:
        front.ask("/find", "POST", f"postcode={typed}", source=VISITOR)
        inside = typed.replace(" ", "%20")
        for path in (f"/{inside}", f"/?postcode={inside}", f"/councils/{inside}", f"/councils?name={inside}"):
            front.ask(
                path, source=VISITOR, headers={"User-Agent": typed, "Referer": f"https://x.example/{inside}"}
            )
            front.ask_plainly(path, headers={"X-Forwarded-For": "203.0.113.9"})
        front.ask("/", typed.replace("%", "").replace("+", "").replace(" ", ""), source=VISITOR)
        front.ask("/", "SWAAA", source=VISITOR)
        front.ask(f"/{inside}" + "x" * 9000, source=VISITOR)
        front.ask("/find", "POST", f"postcode={typed}" + "x" * 20_000, source=VISITOR)


def test_too_much_is_refused_in_the_sites_words(front: Front) -> None:
    answer = front.ask("/find", "POST", "postcode=" + "x" * 17_000)
    assert answer.status == 413
    assert all(words in answer.body.decode() for words in WORDS[413])
    assert front.ask("/", headers={"X-Long": "x" * 9000}).status in (400, 431)
    assert front.ask("/" + "x" * 9000).status == 414
    assert front.ask("/find", "POST", "postcode=" + "x" * 15_000).status == 422, (
        "so much the site itself reads"
    )


def test_while_both_are_down_pages_are_kept_and_the_rest_says_sorry(own: Deployed) -> None:
    front, processes = own
    page = front.ask("/councils/southwark")
    _turn_old(front)
    for port in processes.ports:
        processes.kill(port)
    stale = front.ask("/councils/southwark")
    assert (stale.status, stale.body) == (200, page.body)
    _until(lambda: front.written()["kinship.log"].splitlines()[-1].endswith(b"cache=STALE"))
    assert front.ask("/councils/southwark", "HEAD").status == 200
    for answer in (
        front.ask("/councils/bradford"),
        find(front),
        front.ask("/councils/southwark", "POST", ""),
    ):
        assert answer.status == 503
        assert answer.headers["retry-after"] == "60"
        assert answer.headers["cache-control"] == "no-store"
        assert "Try again in a few minutes" in answer.body.decode()
        assert "default-src 'none'" in answer.headers["content-security-policy"]
    for port in processes.ports:
        processes.start(port)
    _until(lambda: find(front).status == 303)
    assert front.ask("/councils/bradford").status == 200


def _turn_old(front: Front) -> None:
    """Make every kept page one whose time is over; its file says until when in its second eight bytes."""
    front.stop()
    for file in (front.folder / "cache").rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            file.write_bytes(content[:8] + (1).to_bytes(8, "little") + content[16:])
    front.start()


def _until(true: object, seconds: float = 15) -> None:
    end = time.monotonic() + seconds
    while not true():  # type: ignore[operator]
        assert time.monotonic() < end, "it did not come back"
        time.sleep(0.2)


def test_answers_to_a_form_are_never_kept(own: Deployed) -> None:
    front, processes = own
    for _ in range(3):
        assert find(front).status == 303
        assert find(front, "nonsense").status == 422
    for address in ("/councils?name=kent", "/compare?with=southwark,kent"):
        assert front.ask(address).status == front.ask(address).status == 200
    log = front.written()["kinship.log"].splitlines()
    assert not [line for line in log if line.endswith(b"HIT")]
    assert not [name for name in front.written() if name.startswith("cache/")]
    for port in processes.ports:
        processes.kill(port)
    assert find(front).status == 503


def test_a_process_killed_under_load_fails_no_request(own: Deployed) -> None:
    """Each of the two in turn, with its workers, while eight visitors ask without a pause."""
    front, processes = own
    with visitors(8, front.connection) as load:
        time.sleep(3)
        for port in processes.ports:
            before = load.asked
            processes.kill(port)
            _until(lambda before=before: load.asked > before + 100, 30)
            processes.start(port)
            wait_for(port)
            time.sleep(1)
    print(f"{load.asked} asked, {len(load.lost)} lost in {len(processes.ports)} kills")  # noqa: T201
    assert load.lost == []
    assert load.wrong == []
    assert set(load.counts) == {"GET 200", "POST 303"}
    assert load.asked > 300
    asked_again = rb" app=\d+, \d+ "
    assert re.search(asked_again, front.written()["kinship.log"]), "no request met a process that was gone"
