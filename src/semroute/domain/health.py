"""Which endpoints would not answer."""

from typing import Protocol

from attrs import frozen


@frozen
class Health:
    """What is known of the endpoints.

    Args:
        unhealthy: The names of those that do not answer. All others are as good as any.
    """

    unhealthy: frozenset[str] = frozenset()


class EndpointHealth(Protocol):
    """Knows which endpoints answer."""

    @property
    def health(self) -> Health:
        """What is known now. It is free to ask, and nothing is unhealthy until known to be."""
        ...

    @property
    def is_known(self) -> bool:
        """Whether that is recent knowledge, and not only hope."""
        ...
