"""Writes the pages that are made from the code. `python -m docs.build`, or `make docs`."""

import json
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any, Final

from semroute.adapters.settings import VARIABLE, json_schema
from semroute.adapters.torch.artefact import HEADS
from semroute.app.settings import Settings
from semroute.domain.exchange.order import TRANSITIONS
from semroute.domain.naming import SEALED_PATH
from tests.upstream.defects import DEFECTS, Defect

HERE: Final = Path(__file__).parent

EXCHANGE: Final = """\
# The exchange

One ExtProc stream is one HTTP request and its answer. The two directions are independent: an answer
may begin before its request has ended. Each is in one of three states, and this is what may come
next; anything else is a protocol error that ends the stream. It is made from `TRANSITIONS` in
`domain/exchange/order.py` by `make docs`.

| a direction is | and Envoy sends | it becomes |
|---|---|---|
{rows}

A message marked as the end of its stream makes its direction closed instead. Headers may be missing,
because Envoy can be told to skip them; nothing but pieces of body comes twice.

Every message gets one reply of its own kind, at once, with two exceptions. The message that completes
a chat request waits for the ruling, which is either a change, which goes on in that reply, or an
answer of our own, which ends the exchange. And a body in full duplex is held back until it can be
ruled on; then its headers, the whole body and any trailers are sent on together.

| the request is ruled on at | when |
|---|---|
| its headers | it has no body, its path asks for a list of models or keeps a file, or it announces a body that is too large; or the modes say that its body will not be shown before it is sent on, and that this cannot be changed: then it is refused |
| a piece of its body | the body is buffered, or marked as the last piece, or as long as announced; a piece of a longer one is refused |
| its trailers | there was no body, or it came in full duplex |

Where Envoy is asked to buffer a body that it is not configured to buffer, it does not say whether it
will. So the headers go on with the path `{sealed}`, which no model server knows, and only the
ruling restores the real one: a request that is sent on unread is not served.

Paths that are none of ours are answered at their headers, with both body modes switched off. So is a request that goes
on although its body was not waited for, with that of the request switched off.
"""

CONFIGURATION: Final = """\
# Configuration

One YAML file. Every key, its type, its default and its bounds, made from `app/settings/` by `make
docs`; `semroute schema` prints the same as a JSON Schema for editors. Unknown keys are refused.

`${{NAME}}` stands for an environment variable, `${{NAME:-default}}` for one that may be missing, and
`$${{` for `${{` itself. `version: 1` names this format, and may be left out. Commands take
`--config FILE`, or the variable `SEMROUTE_CONFIG`, or else the
[configuration that ships](../src/semroute/app/defaults/semroute.yaml).

{sections}"""


def exchange() -> str:
    """Returns docs/exchange.md."""
    rows = [
        f"| {half.value} | {part.value} | {following.value} |"
        for (half, part), following in TRANSITIONS.items()
    ]
    return EXCHANGE.format(rows="\n".join(rows), sealed=SEALED_PATH)


def configuration() -> str:
    """Returns docs/configuration.md."""
    schema = json_schema(Settings, "")
    return CONFIGURATION.format(sections="\n".join(_sections(schema)))


def _sections(schema: dict[str, Any]) -> Iterator[str]:
    definitions = schema["$defs"]
    for key, value in definitions["Settings"]["properties"].items():
        per_name = value.get("additionalProperties", {}).get("$ref")
        target = value.get("$ref") or per_name
        if target is not None:
            definition = definitions[target.rpartition("/")[2]]
            heading = f"{key}.NAME" if per_name else key
            yield f"## `{heading}`\n\n{definition['description']}\n"
            yield "| key | type | default | what it is |"
            yield "|---|---|---|---|"
            yield from _rows(definition, definitions)
            yield ""


def _rows(
    definition: dict[str, Any], definitions: dict[str, Any], prefix: str = ""
) -> Iterator[str]:
    for name, value in definition["properties"].items():
        key = f"{prefix}{name}"
        if "$ref" in value:
            yield f"| `{key}` | | | {value['description']} |"
            inner = definitions[value["$ref"].rpartition("/")[2]]
            yield from _rows(inner, definitions, f"{key}.")
            continue
        element = value.get("items", {}).get("$ref")
        if element is not None:
            yield f"| `{key}` | list | `[]` | {value['description']} |"
            inner = definitions[element.rpartition("/")[2]]
            yield from _rows(inner, definitions, f"{key}[].")
            continue
        part = _part(value)
        if part is not None:
            yield f"| `{key}` | | | {value['description']} |"
            yield from _rows(definitions[part], definitions, f"{key}.")
            continue
        if name in definition.get("required", ()):
            default = "required"
        else:
            # A default that is made anew each time is not in the schema; only maps are.
            default = f"`{json.dumps(value.get('default', {}))}`"
        yield f"| `{key}` | {_type(value)} | {default} | {value['description']} |"


# What is described in its own section, or contains itself.
_ELSEWHERE: Final = {
    "GuardSettings": "keys as of `guards`",
    "CacheOverrides": "keys as of `cache`",
    "ConditionSettings": "`all`, `any` and `none`, each a list of signals or of the like",
    "ReasoningDialectSettings": "keys as of `chat`",
}


def _part(value: dict[str, Any]) -> str | None:
    """Returns what a value may be beside null, if that is an object to be described here."""
    match value:
        case {"anyOf": [{"$ref": reference}, {"type": "null"}]}:
            name = reference.rpartition("/")[2]
            return None if name in _ELSEWHERE else str(name)
        case _:
            return None


def _type(value: dict[str, Any]) -> str:
    match value:
        case {"anyOf": choices}:
            # `${NAME}` may stand for any value.
            return " or ".join(_type(choice) for choice in choices if choice != VARIABLE)
        case {"$ref": reference}:
            return _ELSEWHERE[reference.rpartition("/")[2]]
        case {"enum": choices}:
            return " or ".join(f"`{choice}`" for choice in choices)
        case {"type": "array", "items": item}:
            return f"list of {_type(item)}"
        case {"type": "object", "additionalProperties": item}:
            return f"map of name to {_type(item)}"
        case _:
            return f"{value['type']}{_bounds(value)}"


def _bounds(value: dict[str, Any]) -> str:
    match value:
        case {"exclusiveMinimum": low, "maximum": high}:
            return f", above {low:,.0f}, at most {high:,.0f}"
        case {"exclusiveMinimum": low, "exclusiveMaximum": high}:
            return f", between {low:,.0f} and {high:,.0f}"
        case {"minimum": low, "maximum": high}:
            return f", {low:,.0f} to {high:,.0f}"
        case _:
            return ""


UPSTREAM: Final = """\
# Defects of grpclib and h2

What stock grpclib {grpclib} with h2 {h2} does with what a peer may send, and what we do. Two more cannot
be provoked by a peer: when it is stopped, grpclib cancels its calls without a word, and says GOAWAY
to nobody. Made from `tests/upstream/defects.py` by `make docs`; `tests/upstream` says each of these to
a stock server and to ours, and fails when either answers otherwise than it says here.

In the reproductions, `on.headers` makes the HEADERS frame of a call of `/t.T/echo` with some fields
changed, and `on.request` a whole call (`tests/adapters/grpc/wire.py`); `HOLD` is the path of a method
that never answers, and `HELLO` a message of five bytes with its prefix of five. `said` turns frames
into bytes, and `raw` writes what hyperframe would not.

{sections}"""


def upstream() -> str:
    """Returns docs/upstream.md."""
    versions = {name: metadata.version(name) for name in ("grpclib", "h2")}
    return UPSTREAM.format(sections="\n".join(map(_defect, DEFECTS)), **versions)


def _defect(defect: Defect) -> str:
    stock = "; ".join(defect.stock) or "nothing at all"
    return (
        f"## {defect.title}\n\n"
        f"Where: {defect.where}.\n\n"
        f"```python\n{defect.source}\n```\n\n"
        f"* grpclib: {stock}\n"
        f"* semroute: {'; '.join(defect.ours)}\n"
    )


def model_card() -> str:
    """Returns docs/categories-model.md: what is in the package beside the heads."""
    return (HEADS / "MODEL_CARD.md").read_text()


PAGES: Final = {
    "categories-model.md": model_card,
    "exchange.md": exchange,
    "configuration.md": configuration,
    "upstream.md": upstream,
}

if __name__ == "__main__":
    for name, page in PAGES.items():
        (HERE / name).write_text(page())
