"""Values of JSON."""

from collections.abc import Mapping, Sequence  # noqa: TC003 - the alias is looked up at run time
from typing import TypeAlias

Json: TypeAlias = "Mapping[str, Json] | Sequence[Json] | str | float | bool | None"
"""A value of JSON that nobody changes."""
