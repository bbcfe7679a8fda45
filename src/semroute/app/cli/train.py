"""`semroute train`."""

from importlib import metadata
from pathlib import Path
from typing import Annotated, Final

from cyclopts import Parameter
from rich.console import Console

from semroute.adapters.settings import load
from semroute.adapters.torch import load_encoder
from semroute.adapters.torch.training import UnfitMemoryError, Vectorizer
from semroute.app.training import Manifest, MaterialError, manifest_mistakes, model_card

from .configuration import JsonOption, read_library, read_text
from .exits import UsageError
from .own_texts import Own
from .progress import show_bars
from .train_heads import Trainer
from .train_plan import Plan
from .train_told import FIGURES, Told, told_in

CARD: Final = "MODEL_CARD.md"

_SHOWN: Final = ("semroute", "torch", "tokenizers", "numpy")


def train(  # noqa: PLR0913 - each is a choice of the operator's
    manifest: Annotated[
        Path | None, Parameter(help="Which heads to train on which files; see docs/training.md.")
    ] = None,
    /,
    *,
    output: Annotated[Path, Parameter(help="The directory to write the heads to.")],
    data_root: Annotated[
        tuple[Path, ...], Parameter(help="Where the manifest's files are; may be given often.")
    ] = (),
    categories: Annotated[
        Path | None,
        Parameter(help="Your own categories: CSV or JSON lines with `text` and `label`."),
    ] = None,
    attacks: Annotated[
        Path | None,
        Parameter(help="Your own attacks: CSV or JSON lines with `text` and `label` 1 or 0."),
    ] = None,
    entities: Annotated[
        Path | None,
        Parameter(
            help="Your own people and addresses: CSV or JSON lines with `text` and `spans` of "
            "`kind`, `start`, `end`."
        ),
    ] = None,
    own_use: Annotated[
        bool,
        Parameter(negative=(), help="Learn from files whose licence forbids to pass weights on."),
    ] = False,
    memory: Annotated[
        Path | None, Parameter(help="A file (.npz) to remember vectors in from run to run.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Train the heads that read prompts off the encoder's vectors.

    With a manifest, from the ground up: the heads that ship are made so. With --categories,
    --attacks or --entities, the shipped heads learn more, from a file of yours. `classifier.heads`
    in the configuration then uses what was written. The same files give the same bytes.
    """
    has_own = any(each is not None for each in (categories, attacks, entities))
    if has_own is (manifest is not None):
        message = "give a manifest, or one or more of --categories, --attacks and --entities"
        raise UsageError(message)
    output.mkdir(parents=True, exist_ok=True)
    before = told_in(output)
    try:
        # Mistakes are told before anybody waits for the encoder.
        plan = None if manifest is None else _plan(manifest, data_root, own_use=own_use)
        own = Own.read(categories, attacks, entities)
        with show_bars() as add_bar:
            progress = add_bar()
            progress("loading the encoder", 0.0)
            trainer = Trainer(Vectorizer(load_encoder(), progress, memory), output)
            if plan is not None:
                trainer.train(plan, add_bar)
            trainer.teach(own)
    except (MaterialError, UnfitMemoryError) as error:
        raise UsageError(str(error)) from error
    _write(trainer, before, is_for_own_use=own_use, as_json=as_json)


def _plan(path: Path, roots: tuple[Path, ...], *, own_use: bool) -> Plan:
    manifest = load(
        read_text(path),
        Manifest,
        check=lambda manifest: manifest_mistakes(manifest, own_use=own_use),
        name=str(path),
    )
    plan = Plan(manifest, roots or (path.parent,), read_library(), own_use)
    plan.files()
    return plan


def _write(trainer: Trainer, before: Told | None, *, is_for_own_use: bool, as_json: bool) -> None:
    output = trainer.output
    told = Told(
        trainer.vectorizer.fingerprint,
        is_for_own_use,
        trainer.figures,
        tuple(trainer.origins),
        tuple(trainer.started_from),
    ).with_those_that_stay(before, output)
    made_with = {name: metadata.version(name) for name in _SHOWN}
    (output / CARD).write_text(model_card(told.card(made_with)), encoding="utf-8")
    (output / FIGURES).write_text(told.as_json() + "\n", encoding="utf-8")
    if as_json:
        print(told.as_json())
        return
    console = Console(soft_wrap=True)
    for head, kinds in trainer.figures.items():
        for kind, figures in kinds.items():
            shown = ", ".join(
                f"{name.replace('_', ' ')} {value:g}" for name, value in figures.items()
            )
            console.print(f"{head} on {kind}: {shown}", highlight=False)
    console.print(f"written to {output}; use it with classifier: {{heads: {output}}}")
