"""One of the APIs that we route."""

from collections.abc import Callable
from typing import TypeAlias

from attrs import frozen

from semroute.domain.chat import ChatRequest
from semroute.domain.decide import decide
from semroute.domain.findings import Findings
from semroute.domain.policy import Policy
from semroute.domain.verdict import Blocked, PassedThrough, Refused, Routed, ServedFromCache

from .rulings import Rulings

Decide: TypeAlias = Callable[
    [ChatRequest, Findings, Policy],
    Routed | ServedFromCache | Refused | Blocked | PassedThrough,
]
"""Decides where a request goes, if anywhere."""


@frozen
class Api:
    """What is special about one API.

    Args:
        rulings: Words what was decided, as the API does.
        decide: Decides where its requests go.
        is_recalled: Whether its answers may be given again.
    """

    rulings: Rulings
    decide: Decide = decide
    is_recalled: bool = False
