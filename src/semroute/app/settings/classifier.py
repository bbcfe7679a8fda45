"""How prompts are told apart."""

from typing import Annotated, Literal

from attrs import frozen
from msgspec import Meta

from semroute.app.checkpoints import CheckpointSettings


@frozen
class FastSettings:
    """The fast tier: what a prompt is about, by its tokens alone, before the encoder is asked."""

    mode: Annotated[
        Literal["first", "fallback", "off"],
        Meta(
            description="`first`: it answers where it is sure, without the encoder. `fallback`: "
            "only where the encoder is late, overloaded, broken or not loaded yet. It knows the "
            "shipped categories only, as they ship; with others it is off."
        ),
    ] = "fallback"
    risk: Annotated[
        float,
        Meta(
            ge=0,
            le=1,
            description="`first`: how much of all prompts may come off worse than with the "
            "encoder; how sure it must be follows from this.",
        ),
    ] = 0.003  # docs/fast-tier.md says how it was chosen


@frozen
class ClassifierSettings:
    """The embedded encoder."""

    directory: Annotated[
        str | None,
        Meta(description="A sentence encoder in Hugging Face's layout; null: the embedded one."),
    ] = None
    heads: Annotated[
        str | None,
        Meta(
            description="A directory that `semroute train` has written: its heads take the place "
            "of the shipped ones. Categories that they know need no description."
        ),
    ] = None
    workers: Annotated[
        int,
        Meta(
            ge=0,
            le=256,
            description="Inference threads; 0: one per CPU core. A GPU has two at most.",
        ),
    ] = 0
    max_waiting: Annotated[
        int, Meta(ge=1, le=100_000, description="Texts that may wait; beyond it: overload.")
    ] = 512
    max_windows: Annotated[
        int,
        Meta(
            ge=1,
            le=10_000,
            description=(
                "Windows of about 2,000 characters read of one prompt, spread over it evenly; "
                "each takes about 0.1 s of one CPU core. At most `max_waiting`."
            ),
        ),
    ] = 4
    checkpoints: Annotated[
        tuple[CheckpointSettings, ...],
        Meta(description="Models of yours beside it, asked in this order."),
    ] = ()
    fast: Annotated[FastSettings, Meta(description="The tier before the encoder.")] = FastSettings()
