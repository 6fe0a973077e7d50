"""What static_files responds to GET and HEAD, release by release: a model to predict it.

It is told apart by the named changes only, so it says of each what it does, and nothing else.
"""

import hashlib
import mimetypes
import os
import re
from dataclasses import replace
from email.utils import formatdate, parsedate
from pathlib import Path
from urllib.parse import quote

from specs.ledger import changes, file_responses
from specs.ledger.responses import not_found, redirect, text, without_body
from starlette_conformance.model.effects import with_headers
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.expectations import ABSENT, WHOLE, Response, resolve
from starlette_conformance.model.request import Request
from starlette_conformance.replay.send import ANOTHER
from starlette_conformance.stacks import site_fixture

BINARY, TEXT = "application/octet-stream", "text/plain"
MORE = "more after the end"
"""How the response to a request ends that is followed by another one."""

SPLIT_RANGE = re.compile(r"(\d*)-(\d*)")
SAFE = ":/%#?=@[]!$&'()*+,;"
"""What stands in a Location as it is."""


def predicted(request: Request, environment: Environment, root: Path) -> Response:
    """The response to GET or HEAD, masked, to a client that keeps the connection.

    `root` is the folder that the app serves, links resolved.
    """
    path = _path(request, environment)
    try:
        expected = _file_response(request, path, environment, root)
    except (ValueError, OSError) as error:
        expected = _failed(error, environment)
    return sent(request, expected, environment)


def sent(request: Request, expected: Response, environment: Environment) -> Response:
    """A response as it is on a stack."""
    found = resolve(expected, environment).value
    if request.method == "HEAD":
        found = without_body(found)
    ending = WHOLE if found.ending.startswith("0 of 0 ") else found.ending
    broken = found.status == 500
    followed = ANOTHER in request.data.partition(b"\r\n\r\n")[2] and not broken
    headers = {**found.headers, "date": "DATE"}
    return Response(
        found.status,
        headers,
        found.body,
        found.expected_reason(),
        ending=MORE if followed and ending == WHOLE else ending,
        closes=broken,
    )


def kept(response: Response, expected: Response) -> Response:
    """What is expected of a client that asked as this one did to close, or to continue."""
    connection = response.headers.get("connection", ABSENT)
    is_last = expected.closes or connection == "close"
    closes = is_last and expected.ending in (WHOLE, MORE)
    return replace(
        with_headers(expected, connection=connection),
        ending=WHOLE if closes else expected.ending,
        closes=closes,
        interim=response.interim,
    )


def with_slash(path: str) -> str:
    """A path with a slash at its end, which to a URL is where a query or a fragment begins."""
    return re.sub(r"(?=[?#])|$", "/", path, count=1)


def without_breaks(url: str) -> str:
    """What Python leaves of a URL when it splits it, which replaces its path takes."""
    return re.sub(r"[\t\r\n]", "", url)


def _path(request: Request, environment: Environment) -> str:
    kept = changes.LINE_BREAK_KEPT.applies_to(environment)
    return request.path if kept or not request.path.endswith("\n") else request.path[:-1]


def _file_response(request: Request, path: str, environment: Environment, root: Path) -> Response:
    links_lead_out = changes.LINKS_LEAD_OUT.applies_to(environment)
    parts = os.path.join(*path.split("/"))  # noqa: PTH118  (as Starlette does)
    name = str(Path(parts)) if links_lead_out else os.path.normpath(parts)
    found = _look_up(root, name, environment)
    if found is not None and found.is_dir():
        found = _look_up(root, f"{name}/index.html", environment)
        redirects = changes.LINE_BREAK_REDIRECTS.applies_to(environment)
        path_sent = request.path if redirects else path
        if found is not None and found.is_file() and not path_sent.endswith("/"):
            host = request.header("host") or ""
            query = f"?{request.query}" if request.query else ""
            mounted = "/" if path != request.path and not redirects else ""
            location = f"http://{host}{mounted}{with_slash(path)}{query}"
            return redirect(quote(without_breaks(location), safe=SAFE))
    if found is not None and found.is_file():
        return _file(request, found, environment)
    page = root / "404.html"
    return _file(request, page, environment, status=404) if page.is_file() else not_found()


def _look_up(root: Path, name: str, environment: Environment) -> Path | None:
    """The file or folder of a name, links followed, or None where it is not to be seen."""
    if name.startswith("\\") and changes.ABSOLUTE_PATHS_REFUSED.applies_to(environment):
        return None
    full = Path(os.path.realpath(root / name))
    if changes.LINKS_LEAD_OUT.applies_to(environment):
        try:
            is_link = (root / name).is_symlink()
            (root / name).lstat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        if full.is_symlink():
            raise OSError("a link that leads to itself")
        within = full.is_relative_to(root)
        return None if is_link == within else full
    beside = str(full).startswith(str(root))
    hidden = changes.SIBLING_FOLDER_HIDDEN.applies_to(environment)
    if not beside or (hidden and not full.is_relative_to(root)):
        return None
    try:
        full.stat()
    except FileNotFoundError:
        return None
    except NotADirectoryError:
        if changes.FILE_AS_FOLDER_NOT_FOUND.applies_to(environment):
            return None
        raise
    return full


def _failed(error: Exception, environment: Environment) -> Response:
    null_byte, long_name = isinstance(error, ValueError), "too long" in str(error)
    known = (null_byte and changes.NULL_BYTE_NOT_FOUND.applies_to(environment)) or (
        long_name and changes.LONG_NAME_NOT_FOUND.applies_to(environment)
    )
    return not_found() if known else file_responses.BROKEN


def _file(request: Request, path: Path, environment: Environment, status: int = 200) -> Response:
    unknown = BINARY if changes.UNKNOWN_TYPE_BINARY.applies_to(environment) else TEXT
    media_type = mimetypes.guess_type(path)[0] or unknown
    if media_type.startswith("text/"):
        media_type += "; charset=utf-8"
    content = path.read_bytes()
    if path.stat().st_mtime_ns != site_fixture.DOCUMENTED_MTIME_NS:
        return _foreign(path, content, media_type)
    return of_content(request, content, media_type, environment, status)


def of_content(
    request: Request,
    content: bytes,
    media_type: str,
    environment: Environment,
    status: int = 200,
) -> Response:
    """The response with a file that was changed at DOCUMENTED_MTIME_NS."""
    etag = resolve(file_responses.etag(content), environment).value
    whole = replace(file_responses.file(content, media_type), status=status)
    no_304 = status != 200 and changes.PAGE_OF_404_HAS_NO_304.applies_to(environment)
    if not no_304 and _not_modified(request, etag, environment):
        return file_responses.not_modified(content)
    wanted, condition = request.header("range"), request.header("if-range")
    if (
        wanted is None
        or not changes.RANGES.applies_to(environment)
        or (status != 200 and changes.PAGE_OF_404_HAS_NO_PARTS.applies_to(environment))
        or (condition is not None and condition not in (file_responses.CHANGED, etag))
    ):
        return whole
    return _part(wanted, content, media_type, environment) or whole


def _foreign(path: Path, content: bytes, media_type: str) -> Response:
    """A file of the machine itself, to which LINKS_LEAD_OUT leads."""
    stamp = path.stat()
    tag = hashlib.md5(f"{stamp.st_mtime}-{stamp.st_size}".encode(), usedforsecurity=False)
    whole = file_responses.file(content, media_type)
    changed = formatdate(stamp.st_mtime, usegmt=True)
    return replace(
        whole, headers=whole.headers | {"etag": tag.hexdigest(), "last-modified": changed}
    )


def _not_modified(request: Request, etag: str, environment: Environment) -> bool:
    tags = request.header("if-none-match")
    if tags is not None:
        if tags == "*" and changes.STAR_MATCHES_EVERY_TAG.applies_to(environment):
            return True
        if changes.WEAK_PREFIX_EXACT.applies_to(environment):
            listed = [tag.strip().removeprefix("W/") for tag in tags.split(",")]
        elif changes.ETAG_QUOTED.applies_to(environment):
            listed = [tag.strip(" W/") for tag in tags.split(",")]
        else:
            listed = [tags]
        if etag in listed:
            return True
        if tags and changes.NONE_MATCH_FIRST.applies_to(environment):
            return False
    since = parsedate(request.header("if-modified-since") or "")
    changed = parsedate(file_responses.CHANGED)
    return since is not None and changed is not None and since >= changed


def _part(
    wanted: str, content: bytes, media_type: str, environment: Environment
) -> Response | None:
    """The response to Range; None where the whole file is."""
    unit, is_unit, listed = wanted.partition("=")
    size = len(content)
    if not is_unit:
        return file_responses.MALFORMED
    if unit.strip().lower() != "bytes":
        return text(b"Only support bytes range", 400)
    if listed.count(",") >= 100 and changes.HUNDRED_RANGES.applies_to(environment):
        return None
    found = _ranges(listed, size, environment)
    empty = changes.EMPTY_RANGE_REFUSED.applies_to(environment)
    if not found:
        return file_responses.NOTHING_ASKED
    if any(not 0 <= start < size for start, _ in found):
        return file_responses.not_satisfiable(size)
    if any(start > end or (empty and start == end) for start, end in found):
        return file_responses.INVERTED
    if len(found) > 1:
        sort = changes.RANGES_MERGED.applies_to(environment)
        found = _merged(sorted(found)) if sort else _merged_in_order(found)
    if len(found) > 1:
        return file_responses.parts(*found, body=content, media_type=media_type)  # type: ignore[return-value]
    return file_responses.part(*found[0], body=content, media_type=media_type)


def _ranges(listed: str, size: int, environment: Environment) -> list[tuple[int, int]]:
    found = []
    if changes.RANGES_SPLIT.applies_to(environment):
        pairs = [part.strip().partition("-") for part in listed.split(",")]
        texts = [(first.strip(), last.strip()) for first, dash, last in pairs if dash]
    else:
        texts = SPLIT_RANGE.findall(listed)
    for first, last in texts:
        if not first and not last:
            continue
        try:
            start = int(first) if first else size - int(last)
            end = int(last) + 1 if first and last and int(last) < size else size
        except ValueError:
            if not changes.RANGES_SPLIT.applies_to(environment):
                raise OSError("a number of more digits than Python takes") from None
            continue
        if not first and changes.LONG_SUFFIX_CLAMPED.applies_to(environment):
            start = max(start, 0)
        found.append((start, end))
    return found


def _merged(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    result = ranges[:1]
    for start, end in ranges[1:]:
        first, last = result[-1]
        if start <= last:
            result[-1] = first, max(last, end)
        else:
            result.append((start, end))
    return result


def _merged_in_order(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """As Starlette did before RANGES_MERGED: each range against those that came before it."""
    result: list[tuple[int, int]] = []
    for start, end in ranges:
        for place, (first, last) in enumerate(result):
            if start > last:
                continue
            if end < first:
                result.insert(place, (start, end))
            else:
                result[place] = min(start, first), max(end, last)
            break
        else:
            result.append((start, end))
    return result
