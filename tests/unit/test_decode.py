"""TOML from outside: what is no good is said in a sentence, and in time."""

from pathlib import Path
from typing import Any

import pytest

from starlette_conformance.model.decode import KEY_PARTS, from_toml
from starlette_conformance.model.errors import UsageError

MANY = KEY_PARTS + 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a." * 100_000 + "a = 1", "1: a key of more than 64 parts"),
        ("\n[" + "a . " * MANY + "a]", "2: a key of more than 64 parts"),
        ("a = {" + '"x,y".' * MANY + "a = 1}", "1: a key of more than 64 parts"),
        ("a = {" + "'=' .\t" * MANY + "a = 1}", "1: a key of more than 64 parts"),
        ("a = " + "[" * 10_000, "nested too deep"),
        ("a = " + "9" * 5000, "not TOML"),
        ("a = 1\n" * 50_000, "longer than 262,144 bytes"),
        ("a = \udcff", "not UTF-8"),
    ],
)
def test_what_is_no_good_is_refused(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(UsageError, match=said) as caught:
        from_toml(path, dict[str, Any])
    assert str(caught.value).startswith(f"{path}:")
    assert len(str(caught.value)) < 300


def test_a_line_of_many_versions_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    versions = [f"{number}.0.0" for number in range(500)]
    path.write_text(f"a.b = {versions!r} # and ... so ... on")
    assert from_toml(path, dict[str, Any]) == {"a": {"b": versions}}
