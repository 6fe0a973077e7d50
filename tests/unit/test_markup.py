"""HTML that has no end, or is no HTML: what is read of it, and that it is read at all."""

import pytest

from starlette_conformance.explain import html_tokens


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("<p>tea</p>", ["<p>", "tea", "</p>"]),
        ("<p><b <i", ["<p>", "<b <i"]),
        ("<b a='>", ["<b a='>"]),
        ("</p", ["</p"]),
        ("<!--a--><!--b", ["<!--a-->", "<!--b"]),
        ("<!--a><!--b><i>", ["<!--a>", "<!--b>", "<i>"]),
        ("<![CDATA[a]]>", ["<![CDATA[a]>"]),
        ("<![CDATA[a>b", ["<![CDATA[a>", "b"]),
        ("<![ a>b", ["<!--[ a-->", "b"]),
        ("<![a[b]]>", ["<!--[a[b]]-->"]),
        ("<?a>b", ["<?a>", "b"]),
        ("<!doctype HTML>", ["<!doctype html>"]),
    ],
)
def test_what_has_no_end_is_text_and_an_unknown_section_is_a_comment(
    text: str, found: list[str]
) -> None:
    assert [each.text for each in html_tokens.tokens(text)] == found
