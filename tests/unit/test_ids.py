"""The names of the cases of parametrized specs: they say what is asked, and what is answered."""

import re
import subprocess
import sys

from starlette_conformance.stacks.project import ROOT

NUMBERED = re.compile(
    r"[\[-](answer|body|condition|expected|extents|headers|lines|media_type|told|values)\d+[-\]]"
)
"""A value that pytest could not name, and numbered."""


def test_no_case_is_numbered() -> None:
    command = [sys.executable, "-m", "pytest", "specs", "--collect-only", "-q"]
    listed = subprocess.run(
        [*command, "--stack", "documented", "-pno:cacheprovider"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        timeout=50,
        check=True,
    ).stdout.decode()
    specs = [line for line in listed.splitlines() if line.startswith("specs/")]
    assert len(specs) > 1000
    assert [spec for spec in specs if NUMBERED.search(spec) or not spec.isprintable()] == []
