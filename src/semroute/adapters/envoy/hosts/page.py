"""What is printed: resources, and what their reader must know."""

import textwrap
from typing import Any, Final

import yaml
from attrs import frozen

from .resource import Resource, written

_WIDTH: Final = 96


@frozen
class Page:
    """Resources to apply.

    Args:
        resources: The resources, in order.
        notes: What their reader must know, a paragraph each.
    """

    resources: tuple[Resource, ...]
    notes: tuple[str, ...] = ()


def as_list(page: Page) -> dict[str, Any]:
    """Returns the resources as one, as `kubectl` takes them in JSON. Notes have no place there."""
    items = [written(each) for each in page.resources]
    return {"apiVersion": "v1", "kind": "List", "items": items}


def as_comments(*notes: str) -> list[str]:
    """Returns notes as lines of comments."""
    return [
        line
        for note in notes
        for line in textwrap.wrap(
            note,
            _WIDTH,
            initial_indent="# ",
            subsequent_indent="#   ",
            break_long_words=False,
            break_on_hyphens=False,
        )
    ]


def as_yaml(page: Page) -> str:
    """Returns the notes as comments, and the resources as YAML documents."""
    documents = [
        yaml.safe_dump(written(each), sort_keys=False, width=_WIDTH) for each in page.resources
    ]
    return "\n".join([*as_comments(*page.notes), "---\n"]) + "---\n".join(documents)
