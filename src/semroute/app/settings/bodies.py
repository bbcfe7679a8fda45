"""How much of requests and answers is read, and what happens to the rest."""

from typing import Annotated

from attrs import frozen
from msgspec import Meta

from semroute.app.limits import MiB


@frozen
class ScreeningSettings:
    """How much work the checks may be."""

    budget_seconds: Annotated[
        float,
        Meta(gt=0, le=60, description="How long all checks of a request may take together."),
    ] = 1.2
    max_chars: Annotated[
        int,
        Meta(
            ge=1000,
            le=256 * MiB,
            description=(
                "Characters of a request that are examined, those seen before apart; each million "
                "takes about half a second. A check of a longer one fails, with 413 if enforced."
            ),
        ),
    ] = 1_000_000
    max_windows: Annotated[
        int,
        Meta(
            ge=1,
            le=10_000,
            description=(
                "Windows of a request that the encoder may read for the checks, or for each of "
                "them two passages that may be attacks; the patterns and the lexical model read "
                "all of any length. At most `classifier.max_waiting`."
            ),
        ),
    ] = 16
    unsure_from: Annotated[
        Annotated[float, Meta(ge=0, lt=1)] | None,
        Meta(
            description="From which probability of an attack, by its letters, the encoder reads a "
            "part; below, it is none. 0: it reads all. Default: 0.047, or 0 if the attack head is "
            "yours."
        ),
    ] = None
    sure_from: Annotated[
        Annotated[float, Meta(gt=0, le=1)] | None,
        Meta(
            description="From which probability on the letters alone say that it is an attack. "
            "1: they never do. Default: 0.982."
        ),
    ] = None
    remembered: Annotated[
        int,
        Meta(
            ge=0,
            le=1_000_000,
            description="Texts whose findings and vectors are remembered, by a keyed digest, so "
            "that earlier turns of a conversation are not read again.",
        ),
    ] = 4096


@frozen
class MeteringSettings:
    """What is learned from answers."""

    max_answer_bytes: Annotated[
        int,
        Meta(
            ge=0,
            le=64 * MiB,
            description="Answers up to this size are read for their token usage; 0: none are.",
        ),
    ] = MiB
