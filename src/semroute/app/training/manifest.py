"""What a manifest of training says. The YAML file has exactly this shape."""

from collections.abc import Iterator
from typing import Annotated, Final, Literal, TypeAlias

from attrs import field, frozen
from msgspec import Meta

from semroute.app.leaves import CategoryName

Subject: TypeAlias = Literal["categories", "complexity", "attacks", "entities"]
Head: TypeAlias = Literal["categories", "complexity", "fast", "attacks", "entities"]
Digest = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$(?!\n)")]
Path: TypeAlias = tuple[str | int, ...]

ALLOWED_LICENCES: Final = frozenset(
    (
        "Apache-2.0",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "CC-BY-3.0",
        "CC-BY-4.0",
        "CC0-1.0",
        "MIT",
        "PSF-2.0",
        "Unlicense",
    )
)
"""Weights made from texts under these may be passed on, if their authors are named."""


@frozen
class Fields:
    """What the fields of a file's rows are called."""

    text: str = "text"
    label: str = "label"
    outcomes: str = "outcomes"
    licence: str = "licence"
    spans: str = "spans"
    kind: str | None = None
    made: str | None = None


@frozen
class Material:
    """A file of rows, one JSON object a line."""

    path: Annotated[str, Meta(description="Where it is, seen from one of the data roots.")]
    sha256: Annotated[Digest, Meta(description="What it must be, byte for byte.")]
    licence: Annotated[str, Meta(description="Its SPDX identifier.")]
    source: Annotated[str, Meta(description="Whose it is; it stands in the model card.")]
    teaches: Annotated[
        Subject,
        Meta(description="What is learnt from it. The fast tier learns what teaches `categories`."),
    ]
    fields: Fields = Fields()
    labels: Annotated[
        dict[str, CategoryName] | None,
        Meta(description="Categories by label; rows with other labels are left out."),
    ] = None
    kind: Annotated[
        str, Meta(description="What sort of texts they are; figures are told for each.")
    ] = "texts"
    label: Annotated[
        str | None, Meta(description="What every row is; its own label is not asked.")
    ] = None
    without: Annotated[
        tuple[str, ...], Meta(description="Rows with these labels of their own are left out.")
    ] = ()
    most: Annotated[
        Annotated[int, Meta(ge=1)] | None,
        Meta(
            description="How many rows are learnt. For `attacks`, as many more are put together "
            "to longer texts."
        ),
    ] = None
    weight: Annotated[float, Meta(gt=0, le=1000, description="How much a row counts.")] = 1.0
    apart: Annotated[
        bool,
        Meta(
            description="For `categories`: nothing is learnt from it but how sure to be of texts "
            "of its kind. It should be what is mostly asked."
        ),
    ] = False
    typos: Annotated[
        float, Meta(ge=0, le=1, description="The share of rows that are also learnt mistyped.")
    ] = 0.0
    phrased: Annotated[
        int,
        Meta(
            ge=0,
            le=24,
            description="If rows are terms and no prompts: how many prompts about each are learnt.",
        ),
    ] = 0
    cut: Annotated[str | None, Meta(description="Where a text ends, if this stands in it.")] = None
    least_chars: Annotated[
        int, Meta(ge=0, description="Shorter texts are left out, after the cut.")
    ] = 1
    nobody: Annotated[
        bool,
        Meta(
            description="For `entities`: whoever is named in its rows is nobody to find, such as "
            "scholars, and people in sums."
        ),
    ] = False
    returned: Annotated[
        bool,
        Meta(
            description="For `attacks`: its rows are what tools return to a model, such as mails "
            "and pages. Of what users say nothing is learnt from them."
        ),
    ] = False
    strong: Annotated[
        str | None, Meta(description="The strong model of the outcomes, for `complexity`.")
    ] = None
    weak: Annotated[str | None, Meta(description="The weak one.")] = None


@frozen
class HeldOut:
    """A file that a head is measured on, which therefore learns no row with one of its texts."""

    path: str
    sha256: Digest
    measures: Subject
    most: Annotated[
        Annotated[int, Meta(ge=1)] | None,
        Meta(description="For `entities`: of how many rows figures are told, the first ones."),
    ] = None


@frozen
class Manifest:
    """Which heads are trained, and on what."""

    heads: Annotated[tuple[Head, ...], Meta(min_length=1)]
    files: tuple[Material, ...] = field(factory=tuple)
    held_out: tuple[HeldOut, ...] = ()
    version: Literal[1] = 1


def subject_of(head: Head) -> Subject:
    """Returns what must teach a head; the fast tier learns what the category head does."""
    return "categories" if head == "fast" else head


def manifest_mistakes(manifest: Manifest, *, own_use: bool) -> Iterator[tuple[Path, str]]:
    """Finds mistakes that no type can express, as (path, message) pairs."""
    for head in manifest.heads:
        if all(each.teaches != subject_of(head) for each in manifest.files):
            yield ("heads",), f"no file teaches {subject_of(head)}"
    for index, each in enumerate(manifest.files):
        if each.licence not in ALLOWED_LICENCES and not own_use:
            yield ("files", index, "licence"), refusal_of(each.licence)
        if each.apart and each.teaches != "categories":
            yield ("files", index, "apart"), "only what teaches categories can be set apart"
        if each.returned and each.teaches != "attacks":
            yield ("files", index, "returned"), "only attacks are learnt of what tools return"
        if each.teaches == "complexity" and (each.strong is None or each.weak is None):
            yield ("files", index), "complexity needs to know the strong and the weak model"


def refusal_of(licence: str) -> str:
    """Returns why weights made from texts under a licence cannot be passed on."""
    allowed = ", ".join(sorted(ALLOWED_LICENCES))
    return (
        f"weights made from texts under {licence!r} may not be passed on; under these they may: "
        f"{allowed}. With --own-use they are made, and marked"
    )
