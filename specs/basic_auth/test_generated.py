"""basic_auth: credentials that hypothesis generates."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from specs.basic_auth.test_basic_auth import basic, refusal
from specs.ledger.responses import CHALLENGE
from starlette_conformance.http.client import Client


@pytest.mark.source("primer basic_auth")
@settings(max_examples=40, deadline=None, derandomize=True, database=None)
@given(credentials=st.binary(max_size=40), password=st.binary(max_size=12), known=st.booleans())
def test_lets_nobody_in_without_the_password(
    basic_auth: Client, credentials: bytes, password: bytes, known: bool
) -> None:
    tried = b"admin:" + password if known else credentials
    assume(tried and tried.partition(b":")[2] != b"s3cr3t!")
    assert basic_auth.get("/", {"Authorization": basic(tried)}) == refusal(tried)


@pytest.mark.source("primer basic_auth")
@settings(max_examples=40, deadline=None, derandomize=True, database=None)
@given(value=st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=60))
def test_challenges_whatever_is_one_word(basic_auth: Client, value: str) -> None:
    assume(value.lower() != "basic")
    assert basic_auth.get("/", {"Authorization": value}) == CHALLENGE
