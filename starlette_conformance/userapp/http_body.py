"""The body of a request in an `.http` file, and the scripts behind it."""

from starlette_conformance.userapp.form_bodies import FORM
from starlette_conformance.userapp.http_references import SCRIPT, sets
from starlette_conformance.userapp.http_syntax import FILE, FROM_FILE, SHOWN, Lines
from starlette_conformance.userapp.http_variables import Variables
from starlette_conformance.userapp.recorded_request import file_bytes


def body_of(lines: Lines, kind: str, variables: Variables) -> bytes:
    """The body in some lines, of a media type. Raises UsageError."""
    parts = [_part(number, line, variables) for number, line in lines]
    while parts and not parts[-1].strip():
        parts.pop()
    if kind.startswith(FORM):
        return b"".join(part.strip() for part in parts)
    if kind.startswith("multipart/"):
        return b"".join(part + b"\r\n" for part in parts)
    return b"\n".join(parts)


def _part(number: int, line: str, variables: Variables) -> bytes:
    """A line of a body, or the file that it names."""
    if not (file := FILE.fullmatch(line)):
        if FROM_FILE.match(line):
            what = "scripts from files, and responses in files, are not supported"
            raise variables.refused(number, f"{what}: {line.strip()[:SHOWN]!r}")
        return variables.filled(number, line).encode()
    path = variables.path.parent / variables.filled(number, file[2].strip())
    with variables.line(number):
        data = file_bytes(path)
    try:
        return variables.filled(number, data.decode()).encode() if file[1] else data
    except UnicodeDecodeError as error:
        raise variables.refused(number, f"not UTF-8 text, at byte {error.start}") from None


def without_scripts(lines: Lines, variables: Variables) -> tuple[Lines, dict[str, str]]:
    """The lines without scripts for the response, and the variables that these set."""
    kept: Lines = []
    found: dict[str, str] = {}
    script, began = "", 0
    for number, line in lines:
        begins = None if began else SCRIPT.fullmatch(line)
        if not (began or begins):
            kept.append((number, line))
            continue
        began = began or number
        text, end, _ = (begins[1] if begins else line).partition("%}")
        script += text + "\n"
        if end:
            with variables.line(began):
                found |= sets(script)
            script, began = "", 0
    if began:
        raise variables.refused(began, "the script does not end")
    return kept, found
