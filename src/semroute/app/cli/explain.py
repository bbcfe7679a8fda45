"""`semroute explain`."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, assert_never

import trio
from attrs import evolve
from cyclopts import Parameter
from rich.console import Console

from semroute.adapters.http import NotAnswered, NotRemembered, RemoteDecisions
from semroute.app.assemble import (
    classifier_of,
    detectors_of,
    fast_of,
    fast_plan_of,
    policies_of,
    route_of,
    tool_opinions_of,
)
from semroute.app.assemble.cache_keys import known_key, token_of
from semroute.app.config import policy_of
from semroute.app.explaining import Evidence, document_of
from semroute.app.reasoning import families_of
from semroute.app.settings import Settings
from semroute.app.zones import local_time
from semroute.domain.address import Address
from semroute.domain.http import HttpRequest
from semroute.domain.policy import Policy
from semroute.domain.ruling import Ruling

from .configuration import ConfigOption, Configuration, JsonOption, read_configuration, read_input
from .exits import CommandError, Exit, UsageError
from .explained import tree_of
from .given_request import ApiName, GivenRequest
from .progress import show_progress


def explain(  # noqa: PLR0913 - each is an option
    prompt: Annotated[
        str | None,
        Parameter(help="The prompt; - reads it from standard input.", allow_leading_hyphen=True),
    ] = None,
    *,
    request: Annotated[
        Path | None,
        Parameter(
            help="A whole request as JSON, in place of a prompt; - for standard input.",
            allow_leading_hyphen=True,
        ),
    ] = None,
    decision: Annotated[
        str | None,
        Parameter(help="A decision of the router that runs, by the id in x-semroute-decision-id."),
    ] = None,
    model: Annotated[
        str | None, Parameter(help="The model the client asks for; the first alias if not given.")
    ] = None,
    api: Annotated[
        ApiName | None, Parameter(help="The API it comes by; the one it looks like if not given.")
    ] = None,
    header: Annotated[
        tuple[str, ...], Parameter(negative=(), help="A request header, as name=value.")
    ] = (),
    at: Annotated[
        datetime | None,
        Parameter(help="When, for signals of time: 2026-03-29T22:30, in UTC; now if not given."),
    ] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> int:
    """Say which model a request would go to, and why.

    Shows what was found out, the decisions, the candidates and what each is worth, and what would
    have changed the decision, the nearest first. Exits with 1 if it would be refused or blocked.
    """
    if [prompt, request, decision].count(None) != 2:  # noqa: PLR2004 - of three there must be one
        message = "give a prompt, or --request, or --decision"
        raise UsageError(message)
    configuration = read_configuration(config)
    if decision is not None:
        document = trio.run(_remembered, configuration.settings, decision)
    else:
        policy = policy_of(configuration.settings)
        given = GivenRequest(header, model, api)
        if request is not None:
            asks = given.of_file(request)
        else:
            text = read_input() if prompt == "-" else prompt or ""
            asks = given.of_prompt(text, next(iter(policy.aliases), policy.default_model))
        ruling = trio.run(_rule, configuration, policy, asks, at)
        document = _document(ruling, policy, configuration)
    if as_json:
        print(json.dumps(document, indent=2))
    else:
        Console().print(tree_of(document))
    return Exit.FINDINGS if "refused" in document or "blocked" in document else Exit.OK


def _document(ruling: Ruling, policy: Policy, configuration: Configuration) -> dict[str, Any]:
    evidence = Evidence.of(ruling)
    assert evidence is not None, "every API that can be named is decided on"
    fast = fast_plan_of(configuration.settings, configuration.library)
    return document_of(evidence, policy, fast)


async def _rule(
    configuration: Configuration, policy: Policy, request: HttpRequest, at: datetime | None
) -> Ruling:
    classifier = classifier_of(configuration.settings, configuration.library)
    settings = configuration.settings
    detectors = detectors_of(settings, classifier)
    fast = fast_of(settings, configuration.library)
    families = families_of(settings.reasoning, configuration.library.families)
    policies = policies_of(settings, policy, classifier, families, tool_opinions_of(classifier))
    if at is not None:
        then = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
        senses = evolve(policies.senses, now=lambda zone: local_time(zone, then))
        policies = evolve(policies, senses=senses)
    route = route_of(settings, policy, classifier, detectors, fast=fast, policies=policies)
    with show_progress() as progress:
        async with trio.open_nursery() as nursery:
            await nursery.start(classifier.run, progress)
            await policies.warm()
            ruling = await route(request)
            nursery.cancel_scope.cancel()
    return ruling


async def _remembered(settings: Settings, decision_id: str) -> Mapping[str, Any]:
    key, admin = known_key(settings.cache.store), settings.server.admin
    if key is None:
        message = (
            "nobody can ask the router: it has no key. Set "
            f"{settings.cache.store.key_variable} for it and for this command, as `openssl rand "
            "-hex 32` prints one"
        )
        raise CommandError(message)
    told = await RemoteDecisions(Address.parse(admin), token_of(key)).explained(decision_id)
    match told:
        case NotRemembered():
            message = (
                f"the router at {admin} does not remember this decision; it remembers the last "
                f"{settings.log.remembered_decisions} (log.remembered_decisions) since it started"
            )
            raise CommandError(message)
        case NotAnswered(why):
            message = f"the router at {admin} does not say: {why}"
            raise CommandError(message)
        case dict():
            return told
        case _ as never:
            assert_never(never)
