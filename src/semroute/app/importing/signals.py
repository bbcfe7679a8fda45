"""Their signals as ours."""

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from attrs import frozen

from . import signals_learned as learned
from . import signals_literal as literal
from .document import Plain
from .draft import Draft, Sayable, Unsayable, origin
from .findings import place_of
from .places import SIGNALS, existing
from .roles import carry_roles
from .source import Source

# What a rule becomes: signals, by what conditions add to its name; empty if it was left.
Reader: TypeAlias = Callable[[Source], Mapping[str, Plain]]


@frozen
class Kind:
    """A kind of rule.

    Args:
        condition: What conditions call it.
        keys: Under which keys its rules stand, in the flat format and in the others.
        read: What becomes of a rule; it notes what was approximated or left.
    """

    condition: str
    keys: tuple[str, ...]
    read: Reader


_KINDS: Final = (
    Kind("keyword", ("keyword_rules", "keywords"), literal.keywords),
    Kind("structure", ("structure_rules", "structure"), literal.structure),
    Kind("context", ("context_rules", "context"), literal.context),
    Kind("language", ("language_rules", "language", "languages"), literal.language),
    Kind("conversation", ("conversation",), literal.conversation),
    Kind("input_modality", ("input_modality",), literal.input_modality),
    Kind("embedding", ("embedding_rules", "embeddings"), learned.embedding),
    Kind("preference", ("preference_rules", "preferences"), learned.preference),
    Kind("complexity", ("complexity_rules", "complexity"), learned.complexity),
    Kind("jailbreak", ("jailbreak",), learned.jailbreak),
    Kind("pii", ("pii",), learned.pii),
)


def carry_signals(root: Source, draft: Draft) -> None:
    """Carries every rule that a condition can refer to, but domains."""
    for place in existing(root, SIGNALS):
        for kind in _KINDS:
            for key in kind.keys:
                for node in place.list(key):
                    _rule(kind, node, draft)
    carry_roles(root, draft)


def _rule(kind: Kind, node: Source, draft: Draft) -> None:
    name = node.text("name")
    if name is None:
        node.misread("a rule must have a name")
        return
    described = node.text("description")
    notes = (origin(node), *((described,) if described else ()))
    written = []
    signals = kind.read(node)
    for suffix, said in signals.items():
        ours = draft.signal(kind.condition, name + suffix.replace(":", "-"), said, *notes)
        draft.signals[kind.condition, name + suffix] = Sayable(ours)
        written.append(f"signals.{ours}")
        notes = ()
    if not signals:
        why = f"{kind.condition} {name!r} of {place_of(node.path)}"
        draft.signals[kind.condition, name] = Unsayable((why,))
    elif node.path not in node.ledger.findings:
        node.carried(", ".join(written))
