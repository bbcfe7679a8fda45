"""Which texts teach which kind of attack, and what each counts for it."""

from collections.abc import Iterator, Sequence
from typing import Final

from attrs import evolve

from semroute.domain.attack import AttackKind

from .attack_texts import LONG, AttackText

# What tools return, and long documents. There is less of it to learn from than of what users say.
_RETURNED: Final = 4.0
# What users say: nothing that tools return reads like it, and there is much of it. But what is an
# attack from them is still one if a tool returns it. At a tenth, three points less are found.
_SAID: Final = 0.25
_ASKED: Final = ("exam", "intent", "banking")
_HIDDEN: Final = ("tool", "poisoned", "exfiltration")


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
    for each in texts:
        is_said = each.source not in _HIDDEN if each.is_attack else each.source in _ASKED
        if each.is_returned or each.source in LONG:
            yield evolve(each, weight=each.weight * _RETURNED)
        else:
            yield evolve(each, weight=each.weight * (_SAID if is_said else 1))
