"""`.ci/run`, with stand-ins for Python and for tox, which fails where a test wants it to."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from starlette_conformance.stacks.project import ROOT

PYTHON = """#!/bin/sh
mkdir -p .venv/bin
printf '#!/bin/sh\\n' > .venv/bin/pip
cp tox .venv/bin/tox
chmod +x .venv/bin/pip
"""

TOX = """#!/bin/sh
case "$*" in
    *fuzz*) name=fuzz ;;
    *mutants*) name=mutants ;;
    *gates*) name=gates ;;
    *) name=whole ;;
esac
echo "$name ran"
[ "$name" != "$FAILING" ]
"""


def executable(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)


@pytest.mark.parametrize(
    ("failing", "status", "ran"),
    [
        ("", 0, {"whole", "gates", "fuzz", "mutants"}),
        ("whole", 1, {"whole"}),
        ("gates", 1, {"whole", "gates", "fuzz", "mutants"}),
        ("fuzz", 1, {"whole", "gates", "fuzz", "mutants"}),
        ("mutants", 1, {"whole", "gates", "fuzz", "mutants"}),
    ],
)
def test_it_ends_with_0_only_where_all_of_it_passed(
    tmp_path: Path, failing: str, status: int, ran: set[str]
) -> None:
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "run", tmp_path / ".ci")
    executable(tmp_path / "tox", TOX)
    commands = tmp_path / "commands"
    commands.mkdir()
    executable(commands / "python3", PYTHON)
    for package in ("chromium", "valgrind"):
        executable(commands / package, "#!/bin/sh\n")
    env = {"PATH": f"{commands}:{os.environ['PATH']}", "FAILING": failing}
    kept = tmp_path / "kept"
    kept.mkdir()
    done = subprocess.run(
        [tmp_path / ".ci" / "run"],
        env=env | {"TMPDIR": str(kept)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == status, done.stderr
    assert {line.removesuffix(" ran") for line in done.stdout.split("\n")} - {""} == ran
    assert not list(kept.iterdir())
