"""What varies from run to run is masked, as narrowly as can be; what does not is told apart."""

import secrets
import string
import uuid
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from starlette_conformance.userapp import template
from starlette_conformance.userapp.common_ends import ends_in_common
from starlette_conformance.userapp.masking import mask
from starlette_conformance.userapp.template import COMPARED, VARIES, Template
from starlette_conformance.userapp.where_it_varies import locations

Text = Callable[[], str]


def cookie(size: int = 16, more: str = "") -> Text:
    return lambda: f"session={secrets.token_urlsafe(size)}; Path=/; HttpOnly{more}"


def item(name: str = "tea") -> Text:
    return lambda: f'{{"id":"{uuid.uuid4()}","n":{secrets.randbelow(10**9)},"name":"{name}"}}'


def fixed(text: str) -> Text:
    return lambda: text


def csrf(more: str = "") -> Text:
    return lambda: f'<input name="csrf" value="{secrets.token_hex(8)}"{more}>'


FIXED_ITEM = '{"id":"7","n":7,"name":"tea"}'
MASKED_ITEM = '{"id":"[varies]","n":[varies],"name":"%s"}'


@pytest.mark.parametrize(
    ("old", "new", "before", "after", "where"),
    [
        (fixed("a b"), fixed("a b"), "a b", "a b", ""),
        (fixed("a b"), fixed("a c"), "a b", "a c", ""),
        (fixed(""), fixed(""), "", "", ""),
        (cookie(), cookie(), *["session=[varies]; Path=/; HttpOnly"] * 2, "on both"),
        (
            cookie(),
            cookie(16, "; Secure"),
            "session=[varies]; Path=/; HttpOnly",
            "session=[varies]; Path=/; HttpOnly; Secure",
            "on both",
        ),
        (item(), item(), *[MASKED_ITEM % "tea"] * 2, "on both"),
        (item(), item("milk"), MASKED_ITEM % "tea", MASKED_ITEM % "milk", "on both"),
        (
            fixed(FIXED_ITEM),
            item(),
            '{"id":"7","n":[varies],"name":"tea"}',
            MASKED_ITEM % "tea",
            "only on NEW",
        ),
        (
            fixed(FIXED_ITEM),
            item("milk"),
            FIXED_ITEM,
            MASKED_ITEM % "milk",
            "only on NEW",
        ),
        (
            item(),
            fixed(FIXED_ITEM),
            MASKED_ITEM % "tea",
            '{"id":"7","n":[varies],"name":"tea"}',
            "only on OLD",
        ),
        (
            csrf(),
            csrf(" autofocus"),
            '<input name="csrf" value="[varies]">',
            '<input name="csrf" value="[varies]" autofocus>',
            "on both",
        ),
    ],
)
def test_what_varies_is_masked_and_nothing_else(
    old: Text, new: Text, before: str, after: str, where: str
) -> None:
    found = mask([old() for _ in range(3)], [new() for _ in range(3)])
    assert (found.before, found.after, found.where) == (before, after, where)


def test_a_token_of_another_length_differs() -> None:
    found = mask([cookie(16)() for _ in range(3)], [cookie(24)() for _ in range(3)])
    assert found.before == "session=[varies, 22 characters]; Path=/; HttpOnly"
    assert found.after == "session=[varies, 32 characters]; Path=/; HttpOnly"


@pytest.mark.parametrize("lost", ["", "-", "None", "0"])
def test_the_same_text_in_the_place_of_a_token_differs(lost: str) -> None:
    for constant, varying in ((0, 1), (1, 0)):
        texts = [f"id={secrets.token_hex(8)};" for _ in range(3)], [f"id={lost};"] * 3
        found = mask(texts[constant], texts[varying])
        assert {found.before, found.after} == {"id=[varies];", f"id={lost};"}
    token = secrets.token_hex(8)
    for some in ([token, secrets.token_hex(8)], [token, token, secrets.token_hex(8)]):
        chance = mask([f"id={each};" for each in some], [f"id={lost};"] * len(some))
        assert chance.before == chance.after


def now(form: str) -> str:
    moment = datetime(2026, 11, 30, 9, secrets.randbelow(60), secrets.randbelow(60), 1, UTC)
    return f'{{"at": "{moment.replace(microsecond=10**5 + secrets.randbelow(10**5)):{form}}"}}'


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("%Y-%m-%dT%H:%M:%S.%f+00:00", "%Y-%m-%dT%H:%M:%S.%fZ"),
        ("%Y-%m-%dT%H:%M:%S.%fZ", "%Y-%m-%d %H:%M:%S.%fZ"),
        ("%Y-%m-%dT%H:%M:%S.%f", "%Y-%m-%dT%H:%M:%S"),
    ],
)
def test_a_time_that_is_written_otherwise_differs(old: str, new: str) -> None:
    samples = [[now(form) for _ in range(5)] for form in (old, old, new)]
    alike, other = mask(samples[0], samples[1]), mask(samples[1], samples[2])
    assert alike.before == alike.after
    assert other.before != other.after


def test_bytes_of_another_number_differ_though_they_are_others_each_time() -> None:
    old, new = ([secrets.token_bytes(n).decode("latin-1") for _ in "12345"] for n in (500, 100))
    found = mask(old, new)
    assert (found.before, found.after) == ("[varies, 500 characters]", "[varies, 100 characters]")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (["took 0.1234567890123456 s", "took 0.22 s"], ["took 1.5 s", "took 0.98765432109 s"]),
        (["at 01:02:58.9 GMT", "at 01:02:59.9 GMT"], ["at 01:02:59.0 GMT", "at 01:03:00.1 GMT"]),
        (["n=1;", "n=2;"], ["n=100000;", "n=3;"]),
        (["a=; b=1", "a=x; b=1"], ["a=xyz; b=1", "a=; b=1"]),
        (['["a","b"]', '["b","a"]'], ['["b","a"]', '["a","b"]']),
        (["x", "y"], ["y", "x"]),
        (["7", "8", "9", "8"], ["10", "12", "11", "12"]),
    ],
)
def test_chance_makes_no_difference(old: list[str], new: list[str]) -> None:
    found = mask(old, new)
    assert found.before == found.after


@given(st.lists(st.text(alphabet='ab1-", ;', max_size=12), min_size=1, max_size=4))
def test_a_template_fits_its_samples(samples: list[str]) -> None:
    template = Template.of(samples)
    assert all(template.contents(sample) is not None for sample in samples)
    assert template.varies == (len(set(samples)) > 1)


def test_a_gap_swallows_nothing_that_could_end_a_value() -> None:
    template = Template.of(['v="1"', 'v="2"'])
    assert template.parts == ('v="', None, '"')
    assert template.contents('v="345"') == ["345"]
    assert template.contents('v="3" w="5"') is None
    assert template.contents('w="3"') is None
    assert template.contents('v="3"!') is None


def test_long_texts_take_no_long_time() -> None:
    texts = [" ".join(secrets.token_hex(2) for _ in range(n)) for n in (20_000, 20_001, 20_000)]
    assert Template.of(texts).varies


def table(name: str) -> Text:
    """A long one, whose numbers have one word, or three, or five."""

    def rows() -> str:
        forms = (secrets.choice(["%d", "-0.%d", "1.%de-05", "%dE+5"]) for _ in range(900))
        numbers = (form % secrets.randbelow(10**12) for form in forms)
        return ",".join(f'{{"id":"{uuid.uuid4()}","n":{n},"name":"tea"}}' for n in numbers)

    return lambda: f'{rows()},{{"name":"{name}"}},{rows()}'


def test_of_a_long_text_no_more_is_masked_than_what_varies() -> None:
    same = mask([table("tea")() for _ in range(3)], [table("tea")() for _ in range(3)])
    assert [same.before == same.after, same.before.count('"name":"tea"')] == [True, 1801]
    other = mask([table("tea")() for _ in range(3)], [table("milk")() for _ in range(3)])
    assert [text.count('{"name":"milk"}') for text in (other.before, other.after)] == [0, 1]


def random_text(alphabet: str, end: str = "") -> Text:
    return lambda: (
        "".join(secrets.choice(alphabet) for _ in range(20 + secrets.randbelow(200))) + end
    )


@pytest.mark.parametrize("alphabet", ["ab ,.", string.printable, "ab", "0123 ", '"{}[]:, ab'])
def test_text_that_is_another_each_time_makes_no_difference(alphabet: str) -> None:
    """Almost: a word that five of them have in common by chance may be lacking in five others."""
    found = [
        mask(*([random_text(alphabet)() for _ in range(5)] for _ in range(2))) for _ in "1" * 6
    ]
    assert sum(each.before != each.after for each in found) <= 1


def test_text_that_is_another_each_time_on_one_stack_differs_from_what_is_not() -> None:
    old = [random_text("ab ,.")() for _ in range(5)]
    new = [f'{{"error": "{uuid.uuid4()}"}}' for _ in range(5)]
    found = mask(old, new)
    assert found.before != found.after
    assert found.after == '{"error": "[varies]"}'


def test_of_a_text_that_varies_all_over_no_more_than_a_bound_is_compared(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(template, "COMPARED", 4000)
    monkeypatch.setattr(template, "LONG", 1000)

    def text(name: str) -> str:
        return f"<p>{name} " + " ".join(secrets.token_hex(2) for _ in range(1000)) + "</p>"

    found = mask([text("tea"), text("tea")], [text("milk"), text("milk")])
    assert found.before.startswith("<p>tea ")
    assert found.after.startswith("<p>milk ")
    assert found.limit == "compared up to 524,288 characters from where it first varies"


def test_of_a_long_text_both_ends_are_compared_whole() -> None:
    def text(name: str) -> str:
        return f"{'x y ' * COMPARED} id={secrets.token_hex(8)};{'x y ' * COMPARED}{name}"

    found = mask([text("tea") for _ in range(3)], [text("pie") for _ in range(3)])
    assert (found.before.count(VARIES), found.limit) == (1, "")
    assert (found.before[-3:], found.after[-3:]) == ("tea", "pie")


@pytest.mark.parametrize(
    "texts", [("ab", "ab c"), ("", "a"), ("a-1 b", "a-2 b"), ("aa", "a"), ("a b", "b")]
)
def test_the_ends_that_texts_have_in_common_are_whole_words(texts: tuple[str, str]) -> None:
    start, end = ends_in_common(texts)
    assert all(start + end <= len(text) for text in texts)
    assert len({(text[:start], text[len(text) - end :]) for text in texts}) == 1
    assert not texts[0][:start][-1:].isalnum()
    assert not texts[0][len(texts[0]) - end :][:1].isalnum()


def test_paths_of_deep_json_are_short() -> None:
    key = "k" * 1000
    deep = [
        f'{{"{key}":' * 300 + "[" + ",".join([str(number)] * 20_000) + "]" + "}" * 300
        for number in (1, 2)
    ]
    shown = locations(str([VARIES] * 20_000), [deep, deep])
    assert len(shown) < 20_000
    assert shown.endswith("and 19988 more")


def test_where_a_text_varies_is_told_as_far_as_it_is_masked() -> None:
    samples = ['[{"a": 1, "b": 1, "c": 1}]', '[{"a": 2, "b": 1, "c": 2}]']
    narrow, wide = '[{"a": [varies], "b": 1, "c": [varies]}]', '[{"a": [varies]}]'
    assert locations(narrow, [samples, samples]) == "$[0].a, $[0].c"
    assert locations(wide, [samples, samples]) == wide
    many = [str([number] * 14) for number in (1, 2)]
    assert locations(str([VARIES] * 14), [many, many]).endswith(", $[11], and 2 more")
