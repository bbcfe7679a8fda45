"""What the parts of an import have to know of each other."""

import re
from collections.abc import Iterator
from typing import Final, TypeAlias

from attrs import define, field, frozen

from .document import Document, Plain
from .findings import place_of
from .source import Source

_ODD: Final = re.compile(r"[^A-Za-z0-9._:/@+-]+")
_LONGEST_NAME: Final = 128

# Endpoints become clusters of Envoy's, and the router is one itself.
_TAKEN_ENDPOINT: Final = "semroute"


@frozen
class Sayable:
    """A condition in our words: the name of a signal, or a tree of them."""

    tree: Plain


@frozen
class Unsayable:
    """A condition that nothing here can decide.

    Args:
        why: What it rests on, each with its place.
    """

    why: tuple[str, ...]


Condition: TypeAlias = Sayable | Unsayable


@define
class Draft:
    """Our configuration in the making, and under which names theirs is in it.

    Args:
        shipped: The categories that semroute knows without being told.
        document: What is written so far.
        endpoints: Our name and the weight of each of their endpoints, by their name.
        models: Our name of each of their models.
        serving: Endpoints that name the models they serve, by model.
        reasoners: Our names of the models that can be told how much to reason.
        categories: Our categories behind each of their domains.
        signals: What can be asked, by the type and the name that their conditions use.
        effort: How much a model reasons where it is only said that it does.
        tools: How many tools are kept of a request.
    """

    shipped: frozenset[str]
    document: Document = field(factory=Document)
    endpoints: dict[str, tuple[str, float]] = field(factory=dict)
    models: dict[str, str] = field(factory=dict)
    serving: dict[str, list[str]] = field(factory=dict)
    reasoners: set[str] = field(factory=set)
    categories: dict[str, tuple[str, ...]] = field(factory=dict)
    signals: dict[tuple[str, str], Condition] = field(factory=dict)
    effort: str = "medium"
    tools: int | None = None

    def endpoint(self, name: str, address: str, *, tls: bool) -> str:
        """Returns the name of an endpoint of ours at an address, which is made if need be."""
        wanted = plain_name(name)
        wanted = f"{wanted}-1" if wanted == _TAKEN_ENDPOINT else wanted
        said: dict[str, Plain] = {"address": address}
        if tls:
            said["tls"] = True
        ours = self.document.section("endpoints")
        for candidate in _variants(wanted):
            there = ours.get(candidate)
            if there is None:
                self.document.put(("endpoints", candidate), said)
                return candidate
            if isinstance(there, dict) and there.items() >= said.items():
                return candidate
        raise AssertionError

    def model(self, name: str) -> str:
        """Returns our name of a model of theirs, whether or not we know where it runs."""
        return self.models.get(name) or plain_name(name)

    def signal(self, kind: str, name: str, said: Plain, *notes: str) -> str:
        """Writes a signal under a name that is free, and returns the name."""
        plain = plain_name(name)
        taken = self.document.section("signals")
        for base in (plain, f"{plain}-{kind}"):
            if base not in taken:
                break
        else:
            base = next(each for each in _variants(f"{plain}-{kind}") if each not in taken)
        self.document.put(("signals", base), said, *notes)
        return base


def plain_name(text: str) -> str:
    """Returns a name that our configuration takes: names become headers, clusters and labels."""
    return _ODD.sub("-", text).strip("-")[:_LONGEST_NAME] or "unnamed"


def category_name(text: str) -> str:
    """Returns a name that a category may have: single spaces are allowed in those."""
    words = (_ODD.sub("-", word).strip("-") for word in text.split())
    return " ".join(word for word in words if word)[:_LONGEST_NAME].strip() or "unnamed"


def origin(node: Source) -> str:
    """Returns a comment's words on where something is from."""
    where = place_of(node.path)
    return f"from {where}" if node.line is None else f"from {where}, line {node.line}"


def _variants(name: str) -> Iterator[str]:
    yield name
    number = 2
    while True:
        yield f"{name}-{number}"
        number += 1
