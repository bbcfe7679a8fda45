from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semroute.domain.caching.keys import Keys

KEYS = Keys(b"k" * 32)
FIELDS = st.tuples(st.text(max_size=6), st.text(max_size=6), st.text(max_size=6), st.binary())


@given(FIELDS, FIELDS)
def test_no_two_requests_share_a_digest(
    one: tuple[str, str, str, bytes], other: tuple[str, str, str, bytes]
) -> None:
    assert (KEYS.shared(*one) == KEYS.shared(*other)) == (one == other)


@given(st.text(max_size=6), st.text(max_size=6), st.text(max_size=6), st.text(max_size=6))
def test_no_two_texts_or_models_share_a_digest(a: str, b: str, c: str, d: str) -> None:
    shared = KEYS.shared("t", "chat", "r", b"{}")
    assert (KEYS.exact(shared, a) == KEYS.exact(shared, b)) == (a == b)
    one, other = KEYS.partition(shared, a, b, "e"), KEYS.partition(shared, c, d, "e")
    assert (one == other) == ((a, b) == (c, d))
    assert one != KEYS.partition(shared, a, b, "another encoder")


def test_no_text_is_another_thing_than_an_empty_one() -> None:
    shared = KEYS.shared("t", "chat", "r", b"{}")
    assert KEYS.exact(shared, None) != KEYS.exact(shared, "")


def test_a_lone_surrogate_has_a_digest_too() -> None:
    shared = KEYS.shared("t", "chat", "r", b"{}")
    assert KEYS.exact(shared, "\ud800") != KEYS.exact(shared, "\ud801")


@pytest.mark.parametrize(
    "digest",
    [
        lambda keys: keys.tenant(["alice"]).encode(),
        lambda keys: keys.shared("t", "chat", "r", b"{}"),
        lambda keys: keys.exact(b"s", "text"),
        lambda keys: keys.partition(b"s", "m", "r", "e"),
    ],
)
def test_another_key_makes_other_digests(digest: Callable[[Keys], bytes]) -> None:
    assert digest(KEYS) != digest(Keys(b"K" * 32))


def test_a_hundred_thousand_pairs_of_tenants_never_cross() -> None:
    """Who asks is in every digest, so that another tenant's answers are in another partition."""
    seen: set[bytes] = set()
    count = 450  # of which there are more than 100,000 pairs
    for number in range(count):
        tenant = KEYS.tenant([f"user-{number}", "team"])
        shared = KEYS.shared(tenant, "chat", "r", b'{"model":"auto"}')
        seen |= {shared, KEYS.exact(shared, "hi"), KEYS.partition(shared, "m", "law", "e")}
    assert len(seen) == 3 * count
    assert count * (count - 1) / 2 > 100_000


def test_tenants_are_told_apart_by_all_their_headers() -> None:
    assert KEYS.tenant(["a", "bc"]) != KEYS.tenant(["ab", "c"])
    assert KEYS.tenant(["a"]) != KEYS.tenant(["a", ""])
    assert KEYS.tenant(None) == "global"
