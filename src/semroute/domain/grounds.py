"""What a decision rests on, without a word of the request: enough to take it again."""

from attrs import evolve, frozen

from .chat import ChatRequest
from .choosing.needs import Needs, needs_of
from .decide import decide_on
from .findings import Findings
from .policy import Policy
from .screening import Screening
from .verdict import Blocked, Refused, Routed


@frozen
class Grounds:
    """What a decision rests on.

    Args:
        asked: The model or the alias that the client asks for; empty if we know neither.
        needs: What the request needs.
        findings: What was found out about it, without kept answers and without the places in it
            where something was found, whose names may be the client's.
    """

    asked: str
    needs: Needs
    findings: Findings

    @classmethod
    def of(cls, chat: ChatRequest, findings: Findings, policy: Policy) -> "Grounds":
        """Returns what the decision on a request rests on."""
        screening = None if findings.screening is None else _placeless(findings.screening)
        return cls(
            chat.model if policy.knows(chat.model) else "",
            needs_of(chat),
            evolve(findings, hit=None, screening=screening),
        )

    def verdict(self, policy: Policy) -> Routed | Refused | Blocked:
        """Returns what is decided on them under some policy."""
        return decide_on(self.asked, self.needs, self.findings, policy)


def _placeless(screening: Screening) -> Screening:
    return evolve(
        screening,
        threats=tuple(evolve(each, path=()) for each in screening.threats),
        data=tuple(evolve(each, path=()) for each in screening.data),
        opaque=tuple(() for _ in screening.opaque),
    )
