import pytest
from hypothesis import given
from hypothesis import strategies as st

from semroute.domain.caching.control import NO_CONTROL, Control
from semroute.domain.headers import Headers


@pytest.mark.parametrize(
    ("value", "control"),
    [
        ("no-cache", Control(may_read=False)),
        ("no-store", Control(may_read=False, may_keep=False)),
        ("max-age=60", Control(max_age_seconds=60)),
        ("max-age=0, ttl=5", Control(max_age_seconds=0, ttl_seconds=5)),
        ("No-Cache , TTL = 7", Control(may_read=False, ttl_seconds=7)),
        ('max-age="60"', Control(max_age_seconds=60)),
        ("private, s-maxage=10, nonsense, max-age=x", NO_CONTROL),
    ],
)
@pytest.mark.parametrize("name", ["cache-control", "x-semroute-cache"])
def test_a_client_says_what_it_wants(name: str, value: str, control: Control) -> None:
    assert Control.of(Headers.of({name: value})) == control


def test_both_headers_count() -> None:
    headers = Headers.of({"cache-control": "max-age=9", "x-semroute-cache": "no-cache"})
    assert Control.of(headers) == Control(may_read=False, max_age_seconds=9)


@given(st.binary(max_size=80))
def test_no_value_is_too_strange(value: bytes) -> None:
    control = Control.of(Headers((("cache-control", value),)))
    assert control.max_age_seconds is None or control.max_age_seconds >= 0
