"""JSON documents as clients write them, and every way to a string in them."""

from collections.abc import Iterator
from typing import Any, Final

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from semroute.domain.passage import Path

# Documents take a while to make up, the more so on a machine that is busy with other tests.
UNHURRIED: Final = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=15,
)


def strings_in(value: Any, path: Path = ()) -> Iterator[Path]:
    if isinstance(value, str):
        yield path
    elif isinstance(value, dict):
        for key, child in value.items():
            yield from strings_in(child, (*path, key))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from strings_in(child, (*path, index))
