"""What clients of the notes see, on each release of Starlette.

Run it in this folder:

    pytest --app notes:app --stack 0.46.1 --stack 1.10.0
"""

from pathlib import Path

from starlette_conformance.specs import (
    ABSENT,
    HTTP_DATE,
    Client,
    Response,
    Transcript,
    change,
    replay,
    since,
)

JSON = {"date": HTTP_DATE, "server": "uvicorn", "content-type": "application/json"}
NOTES = b'[{"text":"buy milk"}]'
VARY = since(change("CORS_VARIES_ALWAYS"), "Origin", before=ABSENT)
"""Since Starlette 1.7.0, a cache learns of it from every response."""


def test_lists_the_notes(app: Client) -> None:
    assert app.get("/notes") == Response(200, JSON | {"content-length": "21", "vary": VARY}, NOTES)


def test_lets_the_other_origin_read_the_notes(app: Client) -> None:
    assert app.get("/notes", {"Origin": "https://notes.example"}) == Response(
        200,
        JSON
        | {
            "content-length": "21",
            "access-control-allow-origin": "https://notes.example",
            "vary": "Origin",
        },
        NOTES,
    )


def test_refuses_a_note_that_is_not_json(app: Client) -> None:
    assert app.post("/check", content=b"milk") == Response(
        400, JSON | {"content-length": "20", "vary": VARY}, b'{"error":"not JSON"}'
    )


def test_responds_as_in_the_transcript(app: Client) -> None:
    documented = Transcript.read(Path(__file__).with_name("notes.txt"))
    last = "< content-type: application/json"
    vary = since(change("CORS_VARIES_ALWAYS"), "< vary: Origin")
    assert replay(documented, app) == documented.changed({last: [last, vary]})
