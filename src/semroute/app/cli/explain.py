"""`semroute explain`."""

import json
from typing import Annotated, Final

import trio
from cyclopts import Parameter
from rich.console import Console
from rich.markup import escape
from rich.tree import Tree

from semroute.app.assemble import (
    classifier_of,
    detectors_of,
    fast_of,
    fast_plan_of,
    policies_of,
    route_of,
)
from semroute.app.config import policy_of
from semroute.app.explanation import Explanation, guards_as_json, guards_in_words
from semroute.app.reasoning import families_of
from semroute.domain.headers import Headers
from semroute.domain.http import HttpRequest, LocalReply
from semroute.domain.policy import Policy
from semroute.domain.ruling import Ruling
from semroute.domain.verdict import Blocked, Refused

from .configuration import ConfigOption, Configuration, JsonOption, read_configuration, read_input
from .exits import Exit
from .progress import show_progress

_SHOWN_SCORES: Final = 4


def explain(
    prompt: Annotated[
        str,
        Parameter(help="The prompt; - reads it from standard input.", allow_leading_hyphen=True),
    ],
    *,
    model: Annotated[
        str | None, Parameter(help="The model the client asks for; the first alias if not given.")
    ] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> int:
    """Say which model a prompt would go to, and why.

    Shows the categories' scores, the threshold, the candidates, and what would have changed the
    decision. Exits with 1 if the request would be refused.
    """
    configuration = read_configuration(config)
    policy = policy_of(configuration.settings)
    text = read_input() if prompt == "-" else prompt
    request = _request(model or next(iter(policy.aliases), policy.default_model), text)
    ruling = trio.run(_rule, configuration, policy, request)
    fast = fast_plan_of(configuration.settings, configuration.library)
    explanation = Explanation.of(ruling, policy, fast)
    if explanation is None:
        _print_refusal(ruling, as_json=as_json)
        return Exit.FINDINGS
    if as_json:
        print(json.dumps(explanation.as_json(), indent=2))
    else:
        Console().print(_tree(explanation))
    return Exit.OK


def _request(model: str, text: str) -> HttpRequest:
    body = {"model": model, "messages": [{"role": "user", "content": text}]}
    return HttpRequest("POST", "/v1/chat/completions", Headers(), json.dumps(body).encode())


async def _rule(configuration: Configuration, policy: Policy, request: HttpRequest) -> Ruling:
    classifier = classifier_of(configuration.settings, configuration.library)
    settings = configuration.settings
    detectors = detectors_of(settings, classifier)
    fast = fast_of(settings, configuration.library)
    families = families_of(settings.reasoning, configuration.library.families)
    policies = policies_of(settings, policy, classifier, families)
    route = route_of(settings, policy, classifier, detectors, fast=fast, policies=policies)
    with show_progress() as progress:
        async with trio.open_nursery() as nursery:
            await nursery.start(classifier.run, progress)
            ruling = await route(request)
            nursery.cancel_scope.cancel()
    return ruling


def _print_refusal(ruling: Ruling, *, as_json: bool) -> None:
    verdict = ruling.verdict
    assert isinstance(verdict, Refused | Blocked)
    assert isinstance(ruling.action, LocalReply)
    status = ruling.action.status
    match verdict, as_json:
        case Refused(_, error), True:
            print(json.dumps({"refused": status, "code": error.code}, indent=2))
        case Refused(_, error), False:
            Console().print(f"[red]refused[/red] with {status}: {escape(str(error))}")
        case Blocked(sentence, style, judgement), True:
            told = {
                "blocked": status,
                "check": sentence.check.value,
                "found": sentence.what,
                "style": style.value,
                "guards": guards_as_json(judgement, ruling.screening),
            }
            print(json.dumps(told, indent=2))
        case Blocked(sentence, _, judgement), False:
            what = sentence.what.replace("_", " ")
            tree = Tree(f"[red]blocked[/red] by {sentence.check.value} with {status}: {what}")
            for line in guards_in_words(judgement, ruling.screening):
                tree.add(f"guards      {line}")
            Console().print(tree)


def _tree(explanation: Explanation) -> Tree:
    decision, policy = explanation.decision, explanation.policy
    tree = Tree(
        f"[bold]{decision.category or 'any prompt'} → {decision.model}[/]   "
        f"confidence {decision.confidence:.3f}   reason {decision.reason.value}   "
        f"{explanation.seconds * 1000:.1f} ms"
    )
    tree.add(f"why         {explanation.why}")
    if explanation.classification is not None:
        scores = explanation.classification.scores[:_SHOWN_SCORES]
        shown = " │ ".join(f"{score.category} {score.probability:.3f}" for score in scores)
        tree.add(f"categories  {shown}")
        tree.add(f"rung        {explanation.rung}")
        if explanation.fast.why:
            tree.add(f"fast tier   {explanation.fast.words}")
        told = {
            "complexity ": explanation.classification.complexity,
            "strangeness": explanation.classification.strangeness,
        }
        for name, rank in told.items():
            if rank is not None:
                tree.add(f"{name} {rank:.2f} (the share of known prompts with less)")
        sign = "≥" if decision.confidence >= policy.min_confidence else "<"
        threshold = f"{decision.confidence:.3f} {sign} {policy.min_confidence:.3f}"
        tree.add(f"threshold   {threshold} (routing.min_confidence)")
    if decision.candidates:
        shown = " │ ".join(f"{each.model} {each.score:g}" for each in decision.candidates)
        tree.add(f"candidates  {shown}")
    for line in guards_in_words(explanation.judgement, explanation.screening):
        tree.add(f"guards      {line}")
    shares = " │ ".join(f"{name} {share:.0%}" for name, share in explanation.shares.items())
    tree.add(f"endpoints   {shares}")
    for flip in explanation.flips:
        tree.add(f"would be    {flip.model} if {flip.condition}")
    return tree
