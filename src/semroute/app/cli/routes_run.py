"""Trying routing tests on a router that nobody else asks."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import trio
from attrs import evolve

from semroute import __version__
from semroute.adapters.prometheus import PrometheusObserver
from semroute.app.assemble import (
    classifier_of,
    detectors_of,
    fast_of,
    policies_of,
    route_of,
    tool_opinions_of,
)
from semroute.app.assemble.recalling import recall_of
from semroute.app.assemble.stores import opened_store
from semroute.app.caching import StoreSettings
from semroute.app.config import policy_of
from semroute.app.conversations import Conversations
from semroute.app.flights import Flights
from semroute.app.reasoning import families_of
from semroute.app.recall import Recall
from semroute.app.routetests import AT_ONCE, REQUEST_ID, Result, Trial
from semroute.app.screen import PARTS_A_WINDOW
from semroute.app.settings import Settings
from semroute.domain.policy import Policy
from semroute.domain.ports import Embedder

from .progress import show_progress
from .routes_file import Plan

_PATIENT_SECONDS: Final = 60.0  # the most that a budget may be
_PATIENT_MILLISECONDS: Final = 1000 * _PATIENT_SECONDS


async def results_of(plan: Plan, seconds: float) -> tuple[Result, ...]:
    """Returns what came of every case, tried as `semroute explain` tries a prompt.

    Args:
        plan: What is tried, and on what.
        seconds: How long that may take, once the classifier is loaded.
    """
    policy, library = policy_of(plan.configuration.settings), plan.configuration.library
    settings = _patient(plan.configuration.settings)
    classifier = classifier_of(settings, library)
    detectors, fast = detectors_of(settings, classifier), fast_of(settings, library)
    families = families_of(settings.reasoning, library.families)
    # Copies of a prompt are one conversation, so that all get the canary, or none.
    conversations = Conversations((*settings.routing.conversation_headers, REQUEST_ID))
    policies = evolve(
        policies_of(settings, policy, classifier, families, tool_opinions_of(classifier)),
        conversations=conversations,
    )
    with show_progress() as progress:
        async with (
            _empty_cache(settings, policy, classifier) as recall,
            trio.open_nursery() as nursery,
        ):
            await nursery.start(classifier.run, progress)
            await policies.warm()
            route = route_of(
                settings, policy, classifier, detectors, recall, fast=fast, policies=policies
            )
            results = await Trial(route, policy, seconds)(plan.cases, progress)
            nursery.cancel_scope.cancel()
    return results


def _patient(settings: Settings) -> Settings:
    """Returns settings under which no ruling falls by the clock or by how much is asked at once.

    A test that a slow machine fails says nothing about where prompts go.
    """
    windows = settings.classifier.max_windows + PARTS_A_WINDOW * settings.screening.max_windows
    waiting = max(settings.classifier.max_waiting, AT_ONCE * windows)
    signals = {
        name: evolve(each, budget_ms=_PATIENT_MILLISECONDS)
        for name, each in settings.signals.items()
    }
    return evolve(
        settings,
        signals=signals,
        classifier=evolve(settings.classifier, max_waiting=waiting),
        routing=evolve(settings.routing, budget_seconds=_PATIENT_SECONDS),
        screening=evolve(settings.screening, budget_seconds=_PATIENT_SECONDS),
        envoy=evolve(settings.envoy, message_timeout_seconds=2 * _PATIENT_SECONDS),
        # Nothing is ever answered, so nobody may wait for another's answer.
        cache=evolve(settings.cache, follow_seconds=0.0),
    )


@asynccontextmanager
async def _empty_cache(
    settings: Settings, policy: Policy, embedder: Embedder
) -> AsyncIterator[Recall | None]:
    """Holds a cache in which nothing is, if there is to be one: it says what it would keep."""
    if not policy.cache_scopes:
        yield None
        return
    metrics = PrometheusObserver(__version__, policy.digest)
    async with opened_store(StoreSettings(kind="memory")) as store:
        yield recall_of(settings, policy, embedder, store, Flights(), metrics)
