"""What is told of the heads in a directory, from one run of `semroute train` to the next."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

import msgspec

from semroute.adapters.torch.artefact import HEADS
from semroute.adapters.torch.training import Figures
from semroute.app.training import Card, Origin

from .configuration import read_text
from .exits import UsageError

FIGURES: Final = "metrics.json"


class Told(msgspec.Struct, frozen=True):
    """The figures of the heads in a directory. The file beside them has exactly this shape.

    Args:
        encoder: The fingerprint of the encoder they belong to.
        own_use: Whether something in them may not be passed on.
        heads: For each, figures of each kind of text.
        learnt_from: What they learnt from.
        started_from: What the shipped heads had learnt from that they started from, if any did.
    """

    encoder: str
    own_use: bool
    heads: Mapping[str, Mapping[str, Figures]]
    learnt_from: tuple[Origin, ...] = ()
    started_from: tuple[Origin, ...] = ()

    def with_those_that_stay(self, before: "Told | None", directory: Path) -> "Told":
        """Returns this, and what was told before of heads that are still there.

        Nothing can use those of another encoder, so nothing is told of them.
        """
        if before is None or before.encoder != self.encoder:
            return self
        staying = {
            head: figures
            for head, figures in before.heads.items()
            if head not in self.heads and (directory / f"{head}.safetensors").exists()
        }

        def kept(origins: Iterable[Origin]) -> Iterator[Origin]:
            return (each for each in origins if each.teaches in staying)

        return Told(
            self.encoder,
            self.own_use or (bool(staying) and before.own_use),
            {**staying, **self.heads},
            (*kept(before.learnt_from), *self.learnt_from),
            (*kept(before.started_from), *self.started_from),
        )

    def card(self, made_with: Mapping[str, str]) -> Card:
        """Returns what the page beside the heads is made of.

        Args:
            made_with: The versions of what computed them, by name.
        """
        return Card(
            self.encoder, self.learnt_from, self.heads, self.own_use, made_with, self.started_from
        )

    def as_json(self) -> str:
        """Returns what the file says."""
        return json.dumps(msgspec.to_builtins(self), indent=2)


def told_in(directory: Path) -> Told | None:
    """Returns what is told of the heads in a directory, if anything.

    Raises:
        UsageError: The file cannot be read, or is not one of ours.
    """
    path = directory / FIGURES
    if not path.exists():
        return None
    try:
        return msgspec.convert(json.loads(read_text(path)), Told)
    except (ValueError, RecursionError, msgspec.ValidationError) as error:
        message = f"{path} is not what semroute train writes; move it away, or write elsewhere"
        raise UsageError(message) from error


def shipped(head: str) -> tuple[Origin, ...]:
    """Returns what a head that ships has learnt from."""
    told = told_in(HEADS)
    assert told is not None, "it is in the package beside the heads"
    return tuple(each for each in told.learnt_from if each.teaches == head)
