"""static_files: a folder's path that ends with a line break."""

import pytest

from specs.ledger.changes import LINE_BREAK_KEPT, LINE_BREAK_REDIRECTS
from specs.ledger.file_responses import WHOLE_PAGE, file
from specs.ledger.responses import HTML, not_found, redirect
from specs.ledger.site import DOCS
from starlette_conformance.http.client import Client
from starlette_conformance.model.expectations import since

PAGES = {"/": WHOLE_PAGE, "/docs/": file(DOCS, HTML)}


@pytest.mark.source("RFC 3986 section 3.3")
@pytest.mark.parametrize("folder", PAGES)
def test_finds_no_folder_behind_a_line_break(static_files: Client, folder: str) -> None:
    doubled = redirect(f"http://{static_files.authority}{folder}/")
    otherwise = since(LINE_BREAK_KEPT, not_found(), before=PAGES[folder])
    expected = since(LINE_BREAK_REDIRECTS, doubled, before=otherwise)
    assert static_files.get(f"{folder}%0A") == expected


@pytest.mark.source("RFC 3986 section 3.3")
@pytest.mark.parametrize("query", ["", "?a=b"])
def test_finds_no_folder_of_a_name_that_ends_with_a_line_break(
    static_files: Client, query: str
) -> None:
    """Where the folder was taken for one mounted at /, Location named another host."""
    doubled = redirect(f"http://{static_files.authority}//docs/{query}")
    otherwise = since(LINE_BREAK_KEPT, not_found(), before=doubled)
    expected = since(
        LINE_BREAK_REDIRECTS,
        redirect(f"http://{static_files.authority}/docs/{query}"),
        before=otherwise,
    )
    assert static_files.get(f"/docs%0A{query}") == expected
