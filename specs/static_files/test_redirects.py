"""static_files: a folder without its slash, to which it redirects."""

import pytest

from specs.ledger.changes import PATH_DELIMITERS_ESCAPED, REDIRECT_BLANK_ESCAPED
from specs.ledger.file_responses import file
from specs.ledger.responses import in_each_phase, redirect, response_to
from specs.ledger.site import DOCS
from starlette_conformance.http.client import Client
from starlette_conformance.model.expectations import since


@pytest.mark.source("starlette docs staticfiles")
@pytest.mark.parametrize("query", ["", "?a=1", "?a=1&b=%20&a=2"])
@pytest.mark.parametrize("path", ["/docs", "/docs/part", "/folder.txt", "/.", "/docs/.."])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_redirects_to_the_slash_of_a_folder_and_keeps_the_query(
    static_files: Client, method: str, path: str, query: str
) -> None:
    expected = response_to(method, redirect(f"http://{static_files.authority}{path}/{query}"))
    assert static_files.request(method, f"{path}{query}") == expected


@pytest.mark.source("starlette docs staticfiles", "RFC 3986 section 2.1")
@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/two%20words", since(REDIRECT_BLANK_ESCAPED, "/two%20words/", before="/two+words/")),
        ("/gr%c3%bcn", "/gr%C3%BCn/"),
        ("/a%3Fb", since(PATH_DELIMITERS_ESCAPED, "/a%3Fb/", before="/a/?b")),
        ("/a%23b", since(PATH_DELIMITERS_ESCAPED, "/a%23b/", before="/a/#b")),
        ("/100%25", "/100%/"),
    ],
)
@pytest.mark.parametrize("query", ["", "?a=1"])
def test_redirects_to_a_folder_whose_name_is_escaped(
    static_files: Client, path: str, location: object, query: str
) -> None:
    itself = f"http://{static_files.authority}"
    expected = in_each_phase(location, lambda found: redirect(f"{itself}{found}{query}"))
    assert static_files.get(f"{path}{query}") == expected
    assert static_files.get(f"{path}/{query}") == file(DOCS)
