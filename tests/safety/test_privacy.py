"""Even when pages cannot be made, nothing that was typed is written, and the answer is a kind one."""

import logging
from collections.abc import Callable, Iterator
from importlib import import_module

import pytest
from flask import Flask, Response, request
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.safety.headers import given, wanted

TYPED = "SE1 2DL"
LETTER = "/councils/southwark/write"


@pytest.fixture
def written(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> Callable[[], str]:
    """Everything written so far: every log at every level, standard output and standard error."""
    caplog.set_level(logging.DEBUG)

    def text() -> str:
        output, errors = capfd.readouterr()
        return caplog.text + output + errors

    return text


@pytest.fixture
def live(app: Flask) -> Flask:
    """The app as in production: a fault is answered, not raised into the test."""
    app.testing = False
    return app


def _requests(client: FlaskClient) -> Iterator[TestResponse]:
    """A postcode in each place that somebody may type or send one."""
    yield client.post("/find", data={"postcode": TYPED})
    yield client.post("/find", data={"postcode": f"{TYPED} x"})
    yield client.post(LETTER, data={"words1": TYPED})
    yield client.get(f"/{TYPED}")
    yield client.get(f"/councils/{TYPED}?name={TYPED}")
    yield client.get(f"/councils?region={TYPED}")
    yield client.get("/", headers={"Referer": f"https://x.example/{TYPED}", "Cookie": f"a={TYPED}"})
    yield client.open("/", method=TYPED.replace(" ", ""))
    yield client.post("/find", json={"postcode": TYPED})


def _everything() -> str:
    return f"{request.full_path} {request.get_data(as_text=True)} {dict(request.form)} {request.headers}"


def _break_down(*_: object) -> str:
    raise RuntimeError(f"typed: {_everything()}")


def _check_secret(text: str) -> None:
    plain = text.upper().replace("%20", "").replace("+", "").replace(" ", "")
    assert "SE12DL" not in plain
    assert "TYPED" not in plain
    assert "TRACEBACK" not in plain


def test_a_template_that_fails_even_for_errors(live: Flask, written: Callable[[], str]) -> None:
    live.jinja_env.globals["asset"] = _break_down  # in base.html, and so in every page, the error page too
    answers = [answer for answer in _requests(live.test_client()) if answer.status_code != 303]
    assert len(answers) == 8
    for answer in answers:
        assert answer.status_code in (404, 405, 415, 500)
        assert given(answer.headers.items()) == wanted(answer.request.path, answer.status_code)
        assert '<a href="/">Type a postcode</a>' in answer.text
        assert "call 999" in answer.text
        assert "SE1" not in answer.text
        assert "{" not in answer.text
    text = written()
    assert "fault RuntimeError in _break_down" in text
    _check_secret(text)


def test_a_fault_after_the_answer_was_made(live: Flask, written: Callable[[], str]) -> None:
    def fail(_response: Response) -> Response:
        raise RuntimeError(f"typed: {_everything()}")

    live.after_request(fail)
    for answer in _requests(live.test_client()):
        assert answer.status_code == 500
        assert "It is not your fault" in answer.text
    text = written()
    assert "fault RuntimeError in fail" in text
    _check_secret(text)


def test_a_fault_while_looking_up(
    live: Flask, written: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live.extensions["finder"], "find", _break_down)
    monkeypatch.setattr(import_module("app.web.letters.views"), "compose", _break_down)
    answers = list(_requests(live.test_client()))
    assert [answer.status_code for answer in answers].count(500) == 2
    text = written()
    assert text.count("fault RuntimeError in _break_down") >= 2
    _check_secret(text)


def test_what_others_log_through_the_app_is_still_written(live: Flask, written: Callable[[], str]) -> None:
    live.logger.warning("the disk is nearly full")
    assert "the disk is nearly full" in written()


def test_a_false_address_buys_no_tries_and_is_written_nowhere(
    make_app: Callable[..., Flask], written: Callable[[], str]
) -> None:
    """A proxy adds the true address behind what it was sent. What cannot be read counts as the proxy's."""
    client = make_app(FIND_RATE_LIMIT="2 per minute", TRUSTED_PROXIES="1").test_client()
    lies = (
        "",
        TYPED,
        "1.2.3.4",
        "::1%eth0",
        "a" * 5_000,
        "\xff",
        "%s%n{}",
        '"',
        '\\"x',
        'x="y',
        ",,",
        "*/../:;'",
    )
    tries = [f"{lie}, 203.0.113.9" for lie in lies for _ in range(3)]
    answers = [client.post("/find", headers={"X-Forwarded-For": each}).status_code for each in tries]
    assert set(answers) == {422, 429}
    assert answers.count(422) <= 2 + 2
    _check_secret(written())
