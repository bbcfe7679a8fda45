"""Their file as ours: the parts in the order in which they need each other."""

from collections.abc import Mapping
from typing import Final

from attrs import frozen

from .caching import carry_cache
from .categories import carry_categories, ensure_categories
from .decisions import carry_decisions
from .document import Document, Plain
from .draft import Draft
from .findings import Approximated, Carried, Finding, Left, Misread, Path, UnreadableError
from .models import carry_models
from .places import generation
from .policies import carry_guards
from .reasoning import carry_reasoning
from .remaining import leave
from .routing import carry_routing
from .signals import carry_signals
from .source import Ledger, Source, Tree, sweep

# What our file says in which order; what people look for comes first.
_ORDER: Final = (
    "version", "endpoints", "models", "signals", "decisions", "categories", "routing", "reasoning",
    "guards", "cache", "envoy",
)  # fmt: skip


@frozen
class Translation:
    """What came of a file.

    Args:
        format: What its format is called.
        document: Our configuration.
        findings: What became of each of its settings, in the file's order.
    """

    format: str
    document: Document
    findings: tuple[Finding, ...]

    @property
    def carried(self) -> tuple[Carried, ...]:
        """What means the same here."""
        return tuple(each for each in self.findings if isinstance(each, Carried))

    @property
    def approximated(self) -> tuple[Approximated, ...]:
        """What something here comes close to."""
        return tuple(each for each in self.findings if isinstance(each, Approximated))

    @property
    def left(self) -> tuple[Left, ...]:
        """What nothing here says."""
        return tuple(each for each in self.findings if isinstance(each, Left))


def translate(
    tree: Tree, lines: Mapping[Path, int], name: str, shipped: frozenset[str]
) -> Translation:
    """Says in our words what a configuration of vLLM Semantic Router says.

    Args:
        tree: Its values; variables of the environment stand in it as they were written.
        lines: The line of each.
        name: What to call the file in comments.
        shipped: The categories that semroute knows without being told.

    Raises:
        UnreadableError: It is no such file, or has values of the wrong type; the author's fault.
    """
    root = Source(tree, (), Ledger(lines))
    form = generation(root)
    if form is None:
        message = "this is no configuration of vLLM Semantic Router: it has none of its sections"
        raise UnreadableError((Misread((), None, message),))
    draft = Draft(shipped)
    draft.document.note((), f"Imported from {name}, a configuration of vLLM Semantic Router.")
    draft.document.put(("version",), 1)
    carry_reasoning(root, draft)
    carry_models(root, draft)
    carry_categories(root, draft)
    carry_signals(root, draft)
    carry_decisions(root, draft)
    ensure_categories(draft)
    carry_guards(root, draft)
    carry_cache(root, draft)
    carry_routing(root, draft)
    _sweep(root)
    if root.ledger.misread:
        raise UnreadableError(tuple(sorted(set(root.ledger.misread), key=_by_line)))
    found = sorted(root.ledger.findings.values(), key=_by_line)
    return Translation(form, _ordered(draft.document), tuple(found))


def _sweep(root: Source) -> None:
    for node in sweep(root):
        leave(node, root.ledger.asked.get(node.path[:-1], ()))


def _by_line(each: Finding | Misread) -> tuple[int, str]:
    return each.line or 0, str(each.path)


def _ordered(document: Document) -> Document:
    tree: dict[str, Plain] = {key: document.tree[key] for key in _ORDER if key in document.tree}
    return Document(tree, document.notes)
