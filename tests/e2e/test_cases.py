"""Apps of public upgrade reports: what differs, exactly, and what `diff` exits with."""

import json
import os
import tomllib
from pathlib import Path
from typing import Any

import pytest

from starlette_conformance.__main__ import main

CASES = tomllib.loads(Path(__file__).with_name("cases.toml").read_text("utf-8"))


def outcome(case: dict[str, Any], folder: Path) -> tuple[int, list[str], dict[str, Any]]:
    """The exit code, every difference, and the whole report."""
    written = {"app.py": case["app"], "requests.http": case["requests"], **case.get("files", {})}
    for name, text in written.items():
        (folder / name).write_text(text, "utf-8")
        os.utime(folder / name, (0, 0))  # an ETag has it
    words = ["--app", "app:app", "--cwd", str(folder), "--requests", str(folder / "requests.http")]
    report = folder / "diff.json"
    words += ["--no-cause", "--json", str(report), *case.get("options", [])]
    code = main(["diff", case["old"], case["new"], *words])
    found = json.loads(report.read_text("utf-8"))
    differences = {
        f"{each['app']}: {left['where']}: {_text(left['before'])} -> {_text(left['after'])}": None
        for group in (*found["unexplained"], *found["explained"])
        for each in group["exchanges"]
        for left in each["differences"]
    }
    return code, sorted(differences), found


def _text(value: str | None) -> str:
    return "nothing" if value is None else value


@pytest.mark.parametrize("name", CASES)
def test_a_case_is_as_it_was_seen_on_the_wire(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = CASES[name]
    apart = case.get("apart", 0.0)
    monkeypatch.setattr("starlette_conformance.userapp.repetitions.APART", apart)
    certain = case.get("repetitions", 2)
    monkeypatch.setattr("starlette_conformance.userapp.repetitions.CERTAIN", certain)
    code, differences, found = outcome(case, tmp_path)
    assert differences == case.get("differences", [])
    assert case.get("says", "") in json.dumps(found, ensure_ascii=False)
    assert code == case["exit"]
