"""What is replayed to a user's own app, and what is found by it: small cases on public releases."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from starlette_conformance.explain.result import Diff
from starlette_conformance.model.environment import Environment
from starlette_conformance.stacks.project import catalogue
from starlette_conformance.stacks.provision import provision
from starlette_conformance.userapp.read_requests import read_steps
from starlette_conformance.userapp.reading import Limits
from starlette_conformance.userapp.recorded_request import Step
from starlette_conformance.userapp.send_in_order import send_in_order
from starlette_conformance.userapp.user_app import App, port
from tests.miniatures.compared_app import compared_app

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("starlette_conformance.userapp.repetitions.APART", 0.0)
    monkeypatch.setattr("starlette_conformance.userapp.repetitions.CERTAIN", 2)


def stack(pins: str) -> Environment:
    return provision(catalogue().named(pins))


def app(name: str) -> App:
    return App(f"tests.miniatures.replayed.{name}:app", ROOT)


def compared(folder: Path, name: str, text: str, older: str, newer: str) -> Diff:
    path = folder / "file.http"
    path.write_text(text, "utf-8")
    steps, _ = read_steps(path, app(name).name, None)
    return compared_app(app(name), steps, stack(older), stack(newer), 10.0)


def found(diff: Diff) -> Mapping[str, tuple[str, ...]]:
    return {each.app: g.fields for g in diff.unexplained for each in g.exchanges}


def responses(folder: Path, name: str, text: str) -> list[tuple[int, str]]:
    """What one stack responds with."""
    path = folder / "file.http"
    path.write_text(text, "utf-8")
    steps, _ = read_steps(path, app(name).name, None)
    environment = stack("documented")
    server = app(name).start(environment, 0)
    try:
        number = port(server)
        got, _ = send_in_order(
            steps, number, environment.server, Limits(10.0), lambda: False, lambda *_: None
        )
    finally:
        server.kill()
    return [(wire.response.status, wire.response.body.decode()) for wire in got.values()]


H2C = """\
Connection: Upgrade, HTTP2-Settings
Upgrade: h2c
HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA
"""


def test_headers_of_the_connection_reach_the_server(tmp_path: Path) -> None:
    text = f"GET /echo\n{H2C}\n###\nPOST /echo\n{H2C}\nhello\n###\nGET /echo\n"
    pins = "uvicorn==0.18.3,starlette==0.21.0", "uvicorn==0.19.0,starlette==0.21.0"
    diff = compared(tmp_path, "echo", text, *pins)
    assert diff.not_compared == ()
    (explained,) = diff.explained
    assert [each.app for each in explained.exchanges] == [
        "GET /echo (file.http:1)",
        "POST /echo (file.http:7)",
    ]
    assert "status" in explained.fields
    assert len(diff.differing) == 2


def test_a_cookie_that_is_written_reaches_the_app(tmp_path: Path) -> None:
    text = "/\n###\n/\nCookie: sid=typed\n###\n/\nCookie: other=1\n###\n/"
    assert responses(tmp_path, "echo", text) == [
        (200, f'{{"cookie":{cookie}}}')
        for cookie in ("null", '"sid=typed"', '"other=1"', '"sid=from-the-app"')
    ]


def test_a_chunked_body_reaches_the_app(tmp_path: Path) -> None:
    text = "POST /echo\nTransfer-Encoding: chunked\n\nhello, hello"
    assert responses(tmp_path, "echo", text) == [(200, '{"body":"hello, hello","upgrade":null}')]


def test_a_stream_is_read_to_its_end_after_a_pause(tmp_path: Path) -> None:
    text = "/event-stream/1.2\n###\n/event-stream/0.2\n###\n/plain/1.2"
    diff = compared(tmp_path, "late", text, "fastapi==0.105.0", "fastapi==0.106.0")
    assert diff.not_compared == ()
    assert set(found(diff)) == {
        "GET /event-stream/1.2 (file.http:1)",
        "GET /event-stream/0.2 (file.http:3)",
        "GET /plain/1.2 (file.http:5)",
    }
    assert all("ending" in fields for fields in found(diff).values())


def test_of_a_stream_that_does_not_end_the_first_events_are_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("starlette_conformance.userapp.reading.PATIENCE", 0.1)
    path = tmp_path / "file.http"
    path.write_text("/ticks\n###\n/idle\n###\n/count", "utf-8")
    steps, _ = read_steps(path, app("streams").name, None)
    diff = compared_app(
        app("streams"), steps, stack("documented"), stack("documented"), 1.5, events=3
    )
    assert (diff.compared, diff.not_compared, diff.differing) == (3, (), ())
    open_after = "the stream was still open after 1.5 s: its head and its"
    assert [sentence for sentence in diff.masked if "still open" in sentence] == [
        f"GET /ticks (file.http:1): {open_after} first 3 events are compared",
        f"GET /idle (file.http:3): {open_after} first event are compared",
    ]


def bodies(steps: Sequence[Step], endless: Mapping[Step, int]) -> list[bytes]:
    """What an app of streams responds with, where it is known which of them do not end."""
    environment = stack("documented")
    server = app("streams").start(environment, 0)
    try:
        limits = Limits(3600.0)
        got, _ = send_in_order(
            steps,
            port(server),
            environment.server,
            limits,
            lambda: False,
            lambda *_: None,
            endless,
        )
    finally:
        server.kill()
    return [wire.response.body for wire in got.values()]


def test_a_stream_that_is_known_not_to_end_is_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "file.http"
    path.write_text("/idle\n###\n/ticks\n###\n/count", "utf-8")
    steps, _ = read_steps(path, app("streams").name, None)
    assert bodies(steps, {steps[0]: 1, steps[1]: 2}) == [
        b"data: hello\n\n",
        b"data: 0\n\ndata: 1\n\n",
        b"0",
    ]


def test_a_message_is_posted_to_a_stream_that_is_open(tmp_path: Path) -> None:
    text = "# @name sse\n/sse\n###\n# @while sse\nPOST {{sse.response.events.0.data}}\n\nhello\n"
    path = tmp_path / "file.http"
    path.write_text(text + "?? status == 202\n", "utf-8")
    steps, _ = read_steps(path, app("streams").name, None)
    diff = compared_app(app("streams"), steps, stack("documented"), stack("documented"), 1.5)
    assert (diff.compared, diff.not_compared, diff.differing, diff.inconclusive) == (2, (), (), ())
    (bound,) = diff.notes
    assert bound.endswith("is events.0.data of the response to file.http:2")
    assert any("its first 2 events are compared" in sentence for sentence in diff.masked)


def test_values_of_responses_are_sent_in_later_requests(tmp_path: Path) -> None:
    text = (
        "# @name login\nPOST /token\n###\n/me\n"
        "Authorization: Bearer {{login.response.body.$.access_token}}\n###\n"
        "# @name page\n/form\n###\nPOST /upload\n\ncsrf={{page.response.fields.csrf}}\n###\n"
        'POST /things\n\ntea\n\n> {% client.global.set("id", response.body.id); %}'
        "\n###\n/things/{{id}}"
    )
    got = responses(tmp_path, "tokens", text)
    assert [status for status, _ in got] == [200, 200, 200, 200, 201, 200]
    assert got[-1][1] == '{"thing":"tea"}'


def test_a_value_that_no_response_gave_is_named(tmp_path: Path) -> None:
    text = "# @name login\nPOST /token\n###\n/me\nX: {{login.response.body.$.none}}"
    diff = compared(tmp_path, "tokens", text, "documented", "documented")
    why = "sent as written, since OLD gave no body.$.none of the response to file.http:2"
    assert diff.not_compared == (f"GET /me (file.http:4): {why}",)


def test_credentials_that_are_refused_on_both_prove_nothing(tmp_path: Path) -> None:
    text = "POST /token\n###\n/me\nAuthorization: Bearer of-an-earlier-run"
    diff = compared(tmp_path, "tokens", text, "documented", "documented")
    why = "OLD refuses its Authorization with 401; write `?? status == 401` if that is meant"
    assert diff.notes == (f"GET /me (file.http:3): {why}",)
    assert len(diff.inconclusive) == 1
    diff = compared(tmp_path, "tokens", f"{text}\n?? status == 401", "documented", "documented")
    assert (diff.notes, diff.inconclusive) == ((), ())


def entry(
    second: int, line: str, status: int, given: str = "", **more: object
) -> dict[str, object]:
    method, target = line.split()
    request = {"method": method, "url": f"http://x.org{target}", "headers": [], "bodySize": -1}
    response = {"status": status, "headers": [], "content": {"text": given}}
    started = f"2026-11-25T01:00:{second:02}.000Z"
    return {"startedDateTime": started, "request": request | more, "response": response}


def test_values_of_a_recording_are_bound(tmp_path: Path) -> None:
    old = "OLD-token-of-the-recording"
    bearer = [{"name": "Authorization", "value": f"Bearer {old}"}]
    body = {"mimeType": "application/x-www-form-urlencoded", "text": "csrf=field-recorded&a=1"}
    entries = [
        entry(1, "POST /token", 200, json.dumps({"access_token": old})),
        entry(2, "GET /me", 200, headers=bearer),
        entry(3, "GET /form", 200, '<input type="hidden" name="csrf" value="field-recorded">'),
        entry(
            4,
            "POST /upload",
            200,
            headers=[{"name": "Content-Type", "value": body["mimeType"]}],
            postData=body,
        ),
        entry(5, "POST /things", 201, '{"id": "1f3870be274f6c49"}', postData={"text": "tea"}),
        entry(6, "GET /things/1f3870be274f6c49", 200),
    ]
    path = tmp_path / "file.har"
    path.write_text(json.dumps({"log": {"entries": entries}}), "utf-8")
    steps, _ = read_steps(path, app("tokens").name, None)
    diff = compared_app(app("tokens"), steps, stack("documented"), stack("documented"), 10.0)
    assert (diff.differing, diff.not_compared, diff.inconclusive) == ((), (), ())
    given, number = "of the response to file.har, entry", "1f3870be274f6c49"
    assert diff.notes == (
        f"GET /me (file.har, entry 2): {old[:4]}… is body.$.access_token {given} 1",
        f"POST /upload (file.har, entry 4): fiel… is fields.csrf {given} 3",
        f"GET /things/{number} (file.har, entry 6): {number[:4]}… is body.$.id {given} 5",
    )


def test_a_request_is_sent_while_a_stream_is_open(tmp_path: Path) -> None:
    text = "# @name events\n/sse\n###\n# @while events\n/count\n###\n# @while events\n/count"
    path = tmp_path / "file.http"
    path.write_text(text, "utf-8")
    steps, _ = read_steps(path, app("streams").name, None)
    assert bodies(steps, {steps[0]: 1})[1:] == [b"1", b"1"]


def test_requests_that_do_not_do_what_was_recorded_are_named(tmp_path: Path) -> None:
    text = "/echo\n\n?? status == 200\n###\nPUT /echo\n?? status == 201"
    diff = compared(tmp_path, "echo", text, "documented", "documented")
    why = "PUT /echo (file.http:5): recorded 201, 405 in the replay"
    unlike = "1 of 2 requests (50 %) did not do on OLD what was recorded or meant"
    allowed = "--unlike-recorded allows 10 %"
    assert (diff.inconclusive, diff.notes) == ((f"{unlike}; {allowed}",), (why,))
    text += "\n###\n/echo\n?? status == 200" * 8
    diff = compared(tmp_path, "echo", text, "documented", "documented")
    assert (diff.inconclusive, diff.notes) == ((), (why,))
