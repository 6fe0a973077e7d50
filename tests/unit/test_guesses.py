"""What a release says of itself is read within limits, and what it mentions is a guess."""

import gzip
import tarfile
from io import BytesIO
from pathlib import Path

import pytest

from starlette_conformance.causes import guesses as guessing
from starlette_conformance.causes import release_notes
from starlette_conformance.causes.guesses import entries, guesses, of_difference, with_guesses
from starlette_conformance.causes.release_notes import NONE, Notes, in_archive, notes
from starlette_conformance.explain.cause import Cause, Culprit, Guess, NamedChange, Sufficient
from tests.miniatures.hostile_text import HOSTILE
from tests.miniatures.log_parsers import inert

MARKDOWN = """# Release notes

## 1.2.0 (March 3, 2026)

### Fixed

* Send `401` instead of `403` without credentials [#12](https://github.com/o/r/pull/12).
* Speed up
  the router by @ada in https://github.com/o/r/pull/13
- Ranges are parsed, [details](https://x.org/401-403).

## v1.1.0

* Support Python 3.14 #11
"""
RST = """Version 1.2.0
-------------

Released 2026-03-03

-   ``set-cookie`` has ``Partitioned``. :pr:`12`
-   Nothing else.

Version 1.1.0
-------------

-   First. :issue:`1`
"""
BOLD = "**1.2.0**\n\n- Ranges. (#12; PR by @ada)\n\n**1.1**\n\n- First\n"
REPOSITORY = "https://github.com/o/r"


def archive(**files: str) -> bytes:
    """A source distribution."""
    data = BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz") as made:
        for name, text in files.items():
            member = tarfile.TarInfo(f"guilty-1.2/{name}")
            member.size = len(text.encode())
            made.addfile(member, BytesIO(text.encode()))
    return data.getvalue()


def texts(text: str, version: str = "1.2.0") -> list[str]:
    return [each.text for each in entries(text) if each.version == version]


def test_the_entries_of_a_release() -> None:
    assert [each.split()[0] for each in texts(MARKDOWN)] == ["Send", "Speed", "Ranges"]
    assert texts(MARKDOWN)[1].startswith("Speed up the router by @ada")
    assert texts(MARKDOWN, "1.1.0") == ["Support Python 3.14 #11"]
    assert texts(RST) == ["``set-cookie`` has ``Partitioned``. :pr:`12`", "Nothing else."]
    assert texts(BOLD) == ["Ranges. (#12; PR by @ada)"]
    assert texts("no headings\n* at all\n") == []


@pytest.mark.parametrize(
    ("text", "difference", "found"),
    [
        (MARKDOWN, ("status", "403", "401"),
         [Guess("Send `401` instead of `403` without credentials #12.",
                f"{REPOSITORY}/pull/12", ("401", "403"))]),
        (MARKDOWN, ("header accept-ranges", "", "bytes"),
         [Guess("Ranges are parsed, details.", "", ("range",))]),
        (MARKDOWN, ("body $.python", "", "1"), []),  # that was in 1.1.0
        (MARKDOWN, ("status", "200", "204"), []),
        (RST, ("header set-cookie", "a=b", "a=b; Partitioned"),
         [Guess("``set-cookie`` has ``Partitioned``. :pr:`12`", f"{REPOSITORY}/pull/12",
                ("cookie", "partitioned", "set-cookie"))]),
        (BOLD, ("header content-range", "a", "b"),
         [Guess("Ranges. (#12; PR by @ada)", f"{REPOSITORY}/pull/12", ("range",))]),
        ("", ("status", "403", "401"), []),
    ],
)  # fmt: skip
def test_what_mentions_words_of_a_difference_is_a_guess(
    text: str, difference: tuple[str, str, str], found: list[Guess]
) -> None:
    said = Notes(text, repository=REPOSITORY)
    assert list(guesses(said, "1.2", frozenset(of_difference(*difference)))) == found


def test_a_word_of_many_entries_says_nothing_and_the_best_guess_stands_first() -> None:
    others = "".join(f"* cookie {number}\n" for number in range(30))
    said = Notes(f"## 1.2\n\n* partitioned cookie\n* samesite and partitioned cookie\n{others}")
    wanted = frozenset(of_difference("header set-cookie", "", "partitioned; samesite"))
    assert [each.words for each in guesses(said, "1.2", wanted)] == [
        ("partitioned", "samesite"),
        ("partitioned",),
    ]


def test_what_a_package_says_is_inert_and_short() -> None:
    lines = "".join(f"* 401 {each}\n" for each in HOSTILE.splitlines())
    found = list(
        guesses(Notes(f"## 1.2\n\n{lines}" + "* 401" + "x" * 999), "1.2", frozenset({"401"}))
    )
    assert found == []  # it is no rare word
    for line in HOSTILE.splitlines():
        for guess in guesses(Notes(f"## 1.2\n\n* 401 {line}"), "1.2", frozenset({"401"})):
            inert(f"forged {guess.text}")
            assert len(guess.text) < 300
    (long,) = guesses(Notes("## 1.2\n\n* 401 " + "x" * 9_999), "1.2", frozenset({"401"}))
    assert len(long.text) < 200


def test_a_changelog_of_the_package_itself_is_read() -> None:
    info = (
        "Name: guilty\nProject-URL: Changelog, https://x.org/changes\n"
        "Project-URL: Funding, https://github.com/sponsors/o\n"
        "Project-URL: Source, https://github.com/o/r/tree/main\n"
        "Project-URL: History, javascript:alert(1)\n"
    )
    found = in_archive(
        archive(
            **{"vendored/CHANGELOG.md": "its", "docs/release-notes.md": "ours", "PKG-INFO": info}
        )
    )
    assert found == Notes("ours", "https://x.org/changes", REPOSITORY)
    both = archive(**{"docs/changes.rst": ".. include:: ../CHANGES.rst", "CHANGES.rst": "ours"})
    assert in_archive(both).text == "ours"
    assert in_archive(archive(README="none")) == NONE


def test_what_is_no_archive_or_too_large_has_no_notes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_FIND_LINKS", str(tmp_path))
    monkeypatch.setenv("UV_NO_INDEX", "1")
    monkeypatch.setattr(release_notes, "UNPACKED", 100_000)
    bomb = gzip.compress(bytes(10_000_000))
    for version, data in {
        "1.0": b"no archive",
        "1.1": bomb,
        "1.2": archive(CHANGES="ours"),
    }.items():
        (tmp_path / f"guilty-{version}.tar.gz").write_bytes(data)
    notes.cache_clear()
    assert [notes("guilty", version).text for version in ("1.0", "1.1", "1.2", "1.3")] == [
        *("", "", "ours", "")
    ]
    monkeypatch.setenv("UV_NO_INDEX", "0")
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://127.0.0.1:9/simple")
    assert notes("guilty", "1.4") == NONE
    notes.cache_clear()


def test_a_named_change_needs_no_guess(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guessing, "notes", lambda *_: Notes(MARKDOWN, page="https://x.org/changes"))
    place = ("GET /", "status")
    one = Culprit("guilty", "1.0", "1.3", "1.2", links=("https://pypi.org/project/guilty/1.2/",))
    known = Culprit("a", "1.0", "1.3", "1.2", changes=(NamedChange("A", "a", "https://x.org"),))
    nothing = Culprit("b", "1.0", "1.3", unknown="why")
    cause = Cause((place,), (Sufficient((one, known, nothing), "parts"),))
    found = with_guesses(cause, {place: ("403", "401")}).sufficient[0].culprits
    assert [len(each.guesses) for each in found] == [1, 0, 0]
    assert found[0].links[1] == "https://x.org/changes"
    assert found[1:] == (known, nothing)
