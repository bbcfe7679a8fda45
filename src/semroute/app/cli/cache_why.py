"""`semroute cache why`."""

import json
import time
from pathlib import Path
from typing import Annotated, Any, Final

import trio
from attrs import frozen
from cyclopts import Parameter
from rich.console import Console
from rich.markup import escape
from rich.tree import Tree

from semroute import __version__
from semroute.adapters.openai import OpenAIChat
from semroute.adapters.prometheus import PrometheusObserver
from semroute.app.assemble import classifier_of, detectors_of, route_of
from semroute.app.assemble.recalling import recall_of
from semroute.app.config import policy_of
from semroute.app.flights import Flights
from semroute.app.recollection import Recollection, recollect
from semroute.domain.caching.control import NO_CONTROL
from semroute.domain.caching.inquiry import Bypass, Hit
from semroute.domain.caching.sifting import unusable
from semroute.domain.headers import Headers
from semroute.domain.http import HttpRequest
from semroute.domain.policy import Case
from semroute.domain.verdict import Routed

from .cache_store import operators_store
from .configuration import (
    ConfigOption,
    Configuration,
    JsonOption,
    read_configuration,
    read_input,
    read_text,
)
from .exits import CommandError, UsageError
from .progress import show_progress

_PATH: Final = "/v1/chat/completions"
_SHOWN_CHARS: Final = 80


@frozen
class Why:
    """What the cache would do with a request.

    Args:
        outcome: What it knows of it, or why it is not asked.
        threshold: From which cosine on texts may mean the same, on its route.
    """

    outcome: Recollection | Bypass
    threshold: float

    def as_json(self) -> dict[str, Any]:
        """Returns it for machines."""
        if isinstance(self.outcome, Bypass):
            return {"result": "bypass", "why": self.outcome.value}
        draft, sifted = self.outcome.draft, self.outcome.sifted
        near: list[dict[str, Any]] = []
        if sifted is not None:
            near = [
                {
                    "id": each.neighbour.entry.id,
                    "similarity": round(each.neighbour.similarity, 4),
                    "why_not": each.why,
                    "asked": each.neighbour.entry.text,
                }
                for each in sifted.rejected
            ]
            if isinstance(sifted.outcome, Hit):
                hit = sifted.outcome
                near.append(
                    {
                        "id": hit.entry.id,
                        "similarity": round(hit.similarity, 4),
                        "why_not": None,
                        "asked": hit.entry.text,
                    }
                )
        exact = self.outcome.exact
        is_exact = exact is not None and unusable(exact, NO_CONTROL, time.time()) is None
        is_near = sifted is not None and isinstance(sifted.outcome, Hit)
        return {
            "result": "hit" if is_exact or is_near else "miss",
            "tenant": draft.tenant,
            "route": draft.route,
            "model": draft.model,
            "partition": draft.partition.hex(),
            "exact": draft.exact.hex(),
            "exact_entry": None if exact is None else exact.id,
            "compares": sifted is not None,
            "threshold": self.threshold,
            "nearest": near,
        }


def why(
    request: Annotated[
        Path,
        Parameter(help="A chat request as JSON; - for standard input.", allow_leading_hyphen=True),
    ],
    *,
    header: Annotated[
        tuple[str, ...],
        Parameter(negative=(), help="A request header, as 'authorization: Bearer x'."),
    ] = (),
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what the cache would do with a request: its partition, and the nearest five answers.

    Each has its cosine, and the reason why it is not given.
    """
    body = (read_input() if str(request) == "-" else read_text(request)).encode()
    found = trio.run(_why, read_configuration(config), body, _headers(header))
    told = found.as_json()
    if as_json:
        print(json.dumps(told, indent=2))
    else:
        Console().print(_tree(told))


def _headers(lines: tuple[str, ...]) -> Headers:
    pairs: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or not name.strip():
            message = "--header: write it as 'name: value'"
            raise UsageError(message)
        pairs[name.strip()] = value.strip()
    return Headers.of(pairs)


async def _why(configuration: Configuration, body: bytes, headers: Headers) -> Why:
    settings = configuration.settings
    policy = policy_of(settings)
    if not policy.cache_scopes:
        return Why(Bypass.OFF, settings.cache.threshold)
    classifier = classifier_of(settings, configuration.library)
    route = route_of(settings, policy, classifier, detectors_of(settings, classifier))
    request = HttpRequest("POST", _PATH, headers, body)
    chat = OpenAIChat().parse(body)
    async with operators_store(settings) as store, trio.open_nursery() as nursery:
        with show_progress() as progress:
            await nursery.start(classifier.run, progress)
        metrics = PrometheusObserver(__version__, policy.digest)
        recall = recall_of(settings, policy, classifier, store, Flights(), metrics)
        verdict = (await route(request)).verdict
        if not isinstance(verdict, Routed):
            message = f"the request would not be routed: {type(verdict).__name__.lower()}"
            raise CommandError(message)
        inquiry = recall.inquiry(request, chat)
        outcome = (
            inquiry if isinstance(inquiry, Bypass) else await recollect(recall, inquiry, verdict)
        )
        nursery.cancel_scope.cancel()
    return Why(outcome, policy.cache_for(Case.of(verdict.decision)).threshold)


def _tree(told: dict[str, Any]) -> Tree:
    if told["result"] == "bypass":
        return Tree(f"[bold]bypass[/]   {told['why']}")
    tree = Tree(f"[bold]{told['result']}[/]   {told['route']} → {told['model']}")
    tree.add(f"tenant      {told['tenant']}")
    tree.add(f"partition   {told['partition'][:16]}…")
    tree.add(f"the same    {told['exact_entry'] or 'never asked'}")
    if not told["compares"]:
        tree.add("nearest     texts are not compared here")
        return tree
    branch = tree.add(f"nearest     threshold {told['threshold']:g}")
    for each in told["nearest"]:
        verdict = "[green]answer[/]" if each["why_not"] is None else each["why_not"]
        asked = escape(each["asked"][:_SHOWN_CHARS])
        branch.add(f"{each['similarity']:.3f}  {verdict}  {each['id']}  {asked}")
    if not told["nearest"]:
        branch.add("there is nothing in this partition")
    return tree
