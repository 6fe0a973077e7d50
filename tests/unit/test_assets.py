"""Files of a page whose names hold a version or a hash."""

import pytest

from starlette_conformance.model.expectations import Response
from starlette_conformance.model.request import Request
from starlette_conformance.userapp.assets import Assets, is_asset, key, names_in
from starlette_conformance.userapp.recorded_request import Step


def request(target: str, method: str = "GET") -> Request:
    return Request("m:app", f"{method} {target} HTTP/1.1\r\nHost: x\r\n\r\n".encode())


def sent(recorded: list[str], *responses: tuple[str, str, str]) -> list[str]:
    """The targets that go to a side whose responses these are: target, media type, text."""
    assets = Assets(recorded)
    for target, media_type, text in responses:
        step = Step("x", request(target))
        assets.note(step, target, Response(200, {"content-type": media_type}, text.encode()))
    return [assets.of_this_side(request(target)).target for target in recorded]


@pytest.mark.parametrize(
    ("target", "without"),
    [
        ("/_nicegui/3.13.0rc1/static/vue.global.prod.js", "/_nicegui/*/static/vue.global.prod.js"),
        ("/assets/index-DaX2bC_9.js", "/assets/index-*.js"),
        ("/assets/Index-BdXYzAbC.js?v=1.2.3", "/assets/Index-*.js"),
        ("/main.8f3a2b1c.min.js", "/main.*.min.js"),
        ("/jquery-3.7.1.min.js", "/jquery-*.min.js"),
        ("/cache/0123456789abcdef/fa-solid-900.woff2", "/cache/*/fa-solid-900.woff2"),
        ("/theme-toggle-large.js", "/theme-toggle-large.js"),
        ("/v2/typescript.js", "/v2/typescript.js"),
    ],
)
def test_a_version_and_a_hash_are_no_part_of_what_a_file_is(target: str, without: str) -> None:
    assert key(target) == without


@pytest.mark.parametrize(
    ("target", "method", "expected"),
    [("/a.js?x=1", "GET", True), ("/a.jsx", "GET", False), ("/a.js", "POST", False),
     ("/js", "GET", False)],
)  # fmt: skip
def test_a_file_of_a_page_is_known_by_its_suffix(target: str, method: str, expected: bool) -> None:
    assert is_asset(request(target, method)) == expected


PAGE = "text/html; charset=utf-8"


@pytest.mark.parametrize(
    ("recorded", "responses", "targets"),
    [
        # as nicegui does: the version is a folder, and a style sheet names a font beside it
        (["/_n/3.13.0/vue.js", "/_n/3.13.0/fonts.css", "/_n/3.13.0/fonts/a.woff2",
          "/_n/3.13.0/x.js"],
         [("/", PAGE, '<script src="/_n/3.14.0/vue.js"></script><link href=/_n/3.14.0/fonts.css>'),
          ("/_n/3.14.0/fonts.css", "text/css", "src: url(fonts/a.woff2)")],
         ["/_n/3.14.0/vue.js", "/_n/3.14.0/fonts.css", "/_n/3.14.0/fonts/a.woff2",
          "/_n/3.14.0/x.js"]),
        (["/_n/3.13.0/fonts/01d40c9fd448face.woff2"],
         [("/_n/3.14.0/fonts.css", "text/css",
           "url(fonts/01d40c9fd448face.woff2) url(fonts/62873223be6b39e0.woff2)")],
         ["/_n/3.14.0/fonts/01d40c9fd448face.woff2"]),
        # as gradio does: hashes in names, several of one name, in scripts, relative to these
        (["/assets/index-AAAAaaa1.js", "/assets/Index-BBBBbbb1.js", "/assets/Index-CCCCccc1.js"],
         [("/", PAGE, '<script src="./assets/index-AAAAaaa2.js">'),
          ("/assets/index-AAAAaaa2.js", "text/javascript",
           'import("./Index-BBBBbbb2.js");import("./Index-CCCCccc2.js")')],
         ["/assets/index-AAAAaaa2.js", "/assets/Index-BBBBbbb2.js", "/assets/Index-CCCCccc2.js"]),
        (["//assets/a-AAAAaaa1.js"], [("//assets/b.js", "text/javascript", "'./a-AAAAaaa2.js'")],
         ["//assets/a-AAAAaaa2.js"]),
        # what cannot be told apart, and what is named as it was recorded, stays
        (["/a-AAAAaaa1.js"], [("/", PAGE, "'/a-AAAAaaa2.js' '/a-AAAAaaa3.js'")],
         ["/a-AAAAaaa1.js"]),
        (["/a.js?v=1.2"], [("/", PAGE, "'/a.js?v=1.3'")], ["/a.js?v=1.3"]),
        (["/a.js?v=1.2"], [("/", PAGE, "'/a.js?v=1.2' '/a.js?v=1.3'")], ["/a.js?v=1.2"]),
        (["/a.js?v=1.2"], [("/", "text/plain", "'/a.js?v=1.3'")], ["/a.js?v=1.2"]),
        (["/1.2/b-AAAAaaa1.js"], [("/", PAGE, "'/1.3/a.js'")], ["/1.2/b-AAAAaaa1.js"]),
        (["/1.2/b.js"], [("/", PAGE, "'/1.2/a.js' '/1.3/a.js'")], ["/1.2/b.js"]),
        (["/a.js"], [], ["/a.js"]),
    ],
)  # fmt: skip
def test_a_file_is_requested_by_the_name_that_the_page_of_this_side_has(
    recorded: list[str], responses: list[tuple[str, str, str]], targets: list[str]
) -> None:
    assert sent(recorded, *responses) == targets


def test_names_are_found_in_linear_time_and_not_within_data() -> None:
    data = "data:font/woff2;base64," + "A" * 400_000 + ".js"
    assert sent(["/a-AAAAaaa1.js"], ("/", PAGE, data * 3)) == ["/a-AAAAaaa1.js"]


def test_files_of_one_name_are_told_apart_by_their_order_in_the_recorded_response() -> None:
    recorded = ["/assets/Index-BBBBbbb1.js", "/assets/Index-AAAAaaa1.js"]
    texts = [
        " ".join(f"'./Index-{each}{n}.js'" for each in ("AAAAaaa", "BBBBbbb", "CCCCccc"))
        for n in (1, 2)
    ]
    assets = Assets(recorded)
    step = Step("x", request("/assets/a-1.0.js"), names=names_in(texts[0]))
    headers = {"content-type": "text/javascript"}
    assets.note(step, "/assets/a-2.0.js", Response(200, headers, texts[1].encode()))
    assert [assets.of_this_side(request(target)).target for target in recorded] == [
        "/assets/Index-BBBBbbb2.js",
        "/assets/Index-AAAAaaa2.js",
    ]
