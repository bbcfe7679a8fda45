"""What can be configured of checkpoints beside the embedded encoder, and what it means."""

from collections.abc import Sequence
from typing import Annotated, Final, Literal

from attrs import field, frozen
from msgspec import Meta

from semroute.app.leaves import FileName
from semroute.domain.opinions import Add, Average, Deciding, Escalate, Finding, Ordering, Replace

Task = Literal["category", "attacks", "entities", "tools"]
Use = Literal["replace", "average", "escalate", "add"]

_DEFAULT_BELOW: Final = 0.6
_DEFAULT_WEIGHT: Final = 0.5
_DEFAULT_TOP: Final = 20


@frozen
class CheckpointSettings:
    """A model of yours, from a directory in Hugging Face's layout. Nothing is downloaded."""

    directory: Annotated[
        str,
        Meta(
            min_length=1,
            description="Where it is. It needs `config.json`, `model.safetensors` and "
            "`tokenizer.json`; pickles, code and links to elsewhere are refused.",
        ),
    ]
    task: Annotated[
        Task,
        Meta(
            description="`category`: what a prompt is about; `attacks`: jailbreaks and injections; "
            "`entities`: personal data, token by token; `tools`: how well a tool serves a prompt, "
            "by a reranker, which reads both together."
        ),
    ]
    use: Annotated[
        Use,
        Meta(
            description="`replace`: it is asked instead of the embedded head; `average`: beside "
            "it, and the mean counts; `escalate`: where that head is unsure, and then it decides; "
            "`add`: what either finds counts (only `entities`, which knows no mean). Of `tools` "
            "the embedded encoder always finds the best, and the order of those is the "
            "checkpoint's (`replace`) or what both come to (`average`)."
        ),
    ] = "replace"
    below: Annotated[
        Annotated[float, Meta(ge=0, le=1)] | None,
        Meta(
            description="`escalate`: how sure the embedded head must be for nobody else to be "
            "asked, as the probability of its answer. Default: 0.6.",
        ),
    ] = None
    weight: Annotated[
        Annotated[float, Meta(gt=0, lt=1)] | None,
        Meta(description="`average`: how much it counts. Default: 0.5."),
    ] = None
    top: Annotated[
        Annotated[int, Meta(ge=2, le=2000)] | None,
        Meta(
            description="`tools`: how many of the best tools it reads, each in a pass of its own. "
            "Decisions that keep as many do without it. Default: 20."
        ),
    ] = None
    labels: Annotated[
        dict[str, str] | FileName,
        Meta(
            description="What its labels mean: a category; `jailbreak`, `injection`, `attack` "
            "(any) or `benign`; a kind of personal data, without `B-` and `I-`. Labels that are "
            "left out are taken at their word, but with `entities` may mean nothing. Or all its "
            "outputs by number, from 0 on. Or the name of a file that has either, YAML or JSON."
        ),
    ] = field(factory=dict)
    temperature: Annotated[
        float,
        Meta(gt=0, le=100, description="What its logits are divided by; above 1 it is less sure."),
    ] = 1.0
    max_tokens: Annotated[
        int,
        Meta(
            ge=8,
            le=32_768,
            description="Tokens it reads at once, or fewer if it takes fewer; longer texts are "
            "divided into overlapping parts, but for `tools`: of a prompt and a tool that are "
            "longer, the ends are not read.",
        ),
    ] = 512

    @property
    def deciding(self) -> Deciding:
        """How its word on one question counts. The settings must have passed the checks."""
        match self.use:
            case "average":
                return Average(_DEFAULT_WEIGHT if self.weight is None else self.weight)
            case "escalate":
                return Escalate(_DEFAULT_BELOW if self.below is None else self.below)
            case _:
                return Replace()

    @property
    def finding(self) -> Finding:
        """How what it finds counts. The settings must have passed the checks."""
        return Add() if self.use == "add" else Replace()

    @property
    def ordering(self) -> Ordering:
        """How its order of tools counts. The settings must have passed the checks."""
        if self.use == "average":
            return Average(_DEFAULT_WEIGHT if self.weight is None else self.weight)
        return Replace()

    @property
    def most_tools(self) -> int:
        """How many tools it reads for a prompt."""
        return _DEFAULT_TOP if self.top is None else self.top


def is_replaced(checkpoints: Sequence[CheckpointSettings], task: Task) -> bool:
    """Whether the embedded head for a task is not asked."""
    return any(each.task == task and each.use == "replace" for each in checkpoints)
