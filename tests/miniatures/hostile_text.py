"""Text that tries to speak through us: to the log of a CI, a terminal, a page, a table."""

from dataclasses import replace
from pathlib import Path

from starlette_conformance.runs.run_file import Run
from tests.miniatures.run_files import answered, environment

FORGED = "forged"
"""In each attempt, so that it is found wherever it is shown."""
GITHUB = "::error file=a::forged"
OLDER = "##[add-mask]forged"
HIDDEN = "#\u00ad#\u034f[error]forged"
GITLAB = "section_start:1:forged\r\x1b[0Kforged"
AZURE = "##vso[task.setvariable variable=a]forged"
TEAMCITY = "##teamcity[buildStatus text='forged']"
TERMINAL = "\x1b]0;forged\x07\x1b[2J\x9b2Jforged\x08\x7f"
BIDI = "\u202eforged\u2066"
MARKDOWN = "**forged** @forged #1 https://forged.example | <b>forged</b> `forged`` ~~forged~~"
MARKUP = "</script><script>document.title='forged'</script>]]><!-- &forged; \"'>"
BREAKS = ("\n", "\r", "\r\n", "\v", "\f", "\x85", "\u2028", "\u2029")

ATTEMPTS = {
    "GitHub": GITHUB,
    "GitHub, behind blanks": f"  \t{GITHUB}",
    "GitHub, of old": f"a {OLDER}",
    "GitHub, hidden": HIDDEN,
    "GitLab": GITLAB,
    "Azure": AZURE,
    "TeamCity": TEAMCITY,
    "terminal": TERMINAL,
    "bidi": BIDI,
    "Markdown": MARKDOWN,
    "markup": MARKUP,
    "surrogate": "forged\ud800",
    **{f"line of its own by {end!r}": f"x{end}{GITHUB}{end}# forged" for end in BREAKS},
}
HOSTILE = "\n".join(ATTEMPTS.values())


def hostile_run(folder: Path, text: str = HOSTILE, python: str = HOSTILE) -> Path:
    """The file of a run whose every text is hostile."""
    stack = replace(
        environment("1.0.0"),
        name=text,
        python=python,
        packages={"starlette": "1.0.0", "uvicorn": "0.50.0", text: text},
    )
    run = Run(folder, text)
    run.begin(stack)
    spec = f"specs/hello/test_hello.py::test_it[{text}]"
    body = text.encode("utf-8", "replace").decode()
    header = {"x": body.replace("\n", " ").replace("\r", " ")}
    run.exchange(spec, answered("hello", "1.0.0", "/forged", f"200 {body[:20]}", header, body))
    run.verdict(spec, "hello", "fail", text, {text: True}, 0.1)
    run.verdict(text, text, "harness error", text, {text: False}, 0.1)
    run.end(complete=False)
    return run.path
