"""Which texts teach which kind of attack, and what each counts for it."""

from collections.abc import Iterator, Sequence
from typing import Final

from attrs import evolve

from semroute.domain.attack import AttackKind

from .attack_texts import LONG, AttackText

# What tools return, and long documents. There is less of it to learn from than of what users say.
_RETURNED: Final = 4.0
# Nothing that tools return reads like these, and there are many. What is an attack from a user
# counts as it does there: it still is one if a tool returns it.
_ASKED: Final = 0.25, ("exam", "intent", "banking")


def taught(texts: Sequence[AttackText], kind: AttackKind) -> list[AttackText]:
    """Returns what is learnt of a kind of attack, with what it counts.

    Jailbreaks are what users say, and learnt of nothing else. Injections are learnt of what tools
    return, and of all the rest as well, which is more than that.
    """
    match kind:
        case AttackKind.JAILBREAK:
            return [each for each in texts if not each.is_returned]
        case AttackKind.INJECTION:
            return list(_as_returned(texts))


def _as_returned(texts: Sequence[AttackText]) -> Iterator[AttackText]:
    share, asked = _ASKED
    for each in texts:
        if each.is_returned or each.source in LONG:
            yield evolve(each, weight=each.weight * _RETURNED)
        elif each.source in asked:
            yield evolve(each, weight=each.weight * share)
        else:
            yield each
