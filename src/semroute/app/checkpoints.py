"""What can be configured of checkpoints beside the embedded encoder, and what it means."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated, Final, Literal, assert_never

from attrs import field, frozen
from msgspec import Meta

from semroute.domain.opinions import Add, Average, Deciding, Escalate, Finding, Replace
from semroute.domain.pii import PiiKind
from semroute.domain.suggestions import did_you_mean

Task = Literal["category", "attacks", "entities"]
Use = Literal["replace", "average", "escalate", "add"]

ATTACK_WORDS: Final = ("jailbreak", "injection", "attack", "benign")
_DEFAULT_BELOW: Final = 0.6
_DEFAULT_WEIGHT: Final = 0.5
_USES: Final[dict[Task, tuple[Use, ...]]] = {
    "category": ("replace", "average", "escalate"),
    "attacks": ("replace", "average", "escalate"),
    "entities": ("replace", "add"),
}


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
            "`entities`: personal data, token by token."
        ),
    ]
    use: Annotated[
        Use,
        Meta(
            description="`replace`: it is asked instead of the embedded head; `average`: beside "
            "it, and the mean counts; `escalate`: where that head is unsure, and then it decides; "
            "`add`: what either finds counts (only `entities`, which knows no mean)."
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
    labels: Annotated[
        dict[str, str],
        Meta(
            description="What its labels mean: a category; `jailbreak`, `injection`, `attack` "
            "(any) or `benign`; a kind of personal data, without `B-` and `I-`. Labels that are "
            "left out are taken at their word, but with `entities` may mean nothing."
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
            "divided into overlapping parts.",
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


def is_replaced(checkpoints: Sequence[CheckpointSettings], task: Task) -> bool:
    """Whether the embedded head for a task is not asked."""
    return any(each.task == task and each.use == "replace" for each in checkpoints)


def checkpoint_mistakes(
    checkpoints: Sequence[CheckpointSettings], categories: Iterable[str], *, has_heads: bool
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Finds what cannot work, as (path, message) pairs.

    Args:
        checkpoints: As configured.
        categories: The names of those that are configured.
        has_heads: Whether the encoder has heads for attacks and entities.
    """
    categories = tuple(categories)
    tasks: set[Task] = set()
    for index, each in enumerate(checkpoints):
        for where, message in _own_mistakes(each, categories):
            yield (index, *where), message
        if each.task in tasks and each.use == "replace":
            message = f"it would make those for {each.task} before it pointless; put it first"
            yield (index, "use"), message
        is_alone = each.task != "category" and not has_heads and each.task not in tasks
        if is_alone and each.use != "replace":
            message = "with classifier.directory there is no head beside it; it must be replace"
            yield (index, "use"), message
        tasks.add(each.task)


def _own_mistakes(
    settings: CheckpointSettings, categories: Sequence[str]
) -> Iterator[tuple[tuple[str, ...], str]]:
    uses = _USES[settings.task]
    if settings.use not in uses:
        yield ("use",), f"for {settings.task} it must be one of {', '.join(uses)}"
    if settings.below is not None and settings.use != "escalate":
        yield ("below",), "it means something with `use: escalate` only"
    if settings.weight is not None and settings.use != "average":
        yield ("weight",), "it means something with `use: average` only"
    what, known = _meanings(settings.task, categories)
    folded = {word.casefold() for word in known}
    for label, meaning in settings.labels.items():
        if meaning.casefold() not in folded:
            near = did_you_mean(meaning, known)
            yield ("labels", label), f"no {what} is called {meaning}{near}"


def _meanings(task: Task, categories: Sequence[str]) -> tuple[str, Sequence[str]]:
    match task:
        case "category":
            return "category", categories
        case "attacks":
            return "kind of attack", ATTACK_WORDS
        case "entities":
            return "kind of personal data", [kind.value for kind in PiiKind]
        case _:
            assert_never(task)
