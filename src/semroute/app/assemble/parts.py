"""The parts, made from settings."""

import os
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from attrs import asdict, evolve, frozen
from ulid import ULID

from semroute.adapters.envoy import Gateway, Upstream
from semroute.adapters.grpc import Limits
from semroute.adapters.lexical import LexicalAttackModel, PatternFinder, views_of
from semroute.adapters.openai import OpenAIChat
from semroute.adapters.processes import Alarm
from semroute.adapters.torch import (
    CheckpointError,
    TorchClassifier,
    knows_attacks,
    load_encoder,
    temperatures_of_attacks,
)
from semroute.app.config import (
    Library,
    definitions_of,
    names_of,
    policy_of,
    router_addresses_of,
)
from semroute.app.gathering import FOLLOW_SPARE_SECONDS
from semroute.app.patient_finder import PatientFinder
from semroute.app.recall import Recall
from semroute.app.remembered import Remembered
from semroute.app.route import Route
from semroute.app.rulings import Rulings
from semroute.app.screen import Screen
from semroute.app.settings import Settings
from semroute.domain.address import Address
from semroute.domain.attack import CAREFUL_CASCADE, CASCADE, AttackScorer, Cascade
from semroute.domain.examination import Examiner
from semroute.domain.guards import ATTACK_CHECKS, Check
from semroute.domain.naming import METADATA_NAMESPACE
from semroute.domain.pii import PiiFinder
from semroute.domain.policy import Policy
from semroute.domain.ports import Classifier, TextReader
from semroute.domain.routing import Place
from semroute.domain.rungs import FastRung
from semroute.domain.unveiled import Unveiled

from .apis import MODELS, apis_of, unrouted_of
from .checkpoints import (
    ensemble_of,
    finds_more,
    may_read_attacks,
    reads_by_meaning,
    wanted_heads,
)
from .ensemble import Ensemble
from .fast import fast_model_of
from .policies import Policies, policies_of

HEALTH_NAME: Final = "semantic_router"

# gRPC frames and ExtProc's own fields around a body of the largest size.
_MESSAGE_OVERHEAD: Final = 64 * 1024

# Looking through the disguises of so much of an answer keeps the event loop for a twentieth of a
# second. A stream never holds back as much, and a document has a message of that length seldom.
_UNVEILED_CHARS: Final = 32_768


def classifier_of(settings: Settings, library: Library) -> TorchClassifier | Ensemble:
    """Returns what classifies prompts and reads texts; not loaded yet."""
    options = settings.classifier
    directory = None if options.directory is None else Path(options.directory)
    policy = policy_of(settings)
    attacks, entities = wanted_heads(settings, policy)
    embedded = TorchClassifier(
        definitions_of(settings, library),
        load=partial(load_encoder, directory, may_use_gpu=True),
        workers=options.workers or len(os.sched_getaffinity(0)),
        max_waiting=options.max_waiting,
        max_windows=options.max_windows,
        # Heads belong to one encoder. With another, what the categories say is all there is.
        trained=directory is None,
        own_heads=None if options.heads is None else Path(options.heads),
        attacks=attacks,
        entities=entities,
        words=fast_model_of(settings, library),
        max_remembered=settings.screening.remembered,
    )
    return ensemble_of(settings, policy, embedded) if options.checkpoints else embedded


@frozen
class Detectors:
    """What looks for what the checks are about.

    Args:
        finder: Finds personal data in requests.
        answer_finder: Finds personal data in answers.
        scorer: Scores attacks by their letters.
        reader: Reads doubtful texts, and people and addresses; None if nobody can.
    """

    finder: PiiFinder
    answer_finder: PiiFinder
    scorer: AttackScorer
    reader: TextReader | None


def detectors_of(settings: Settings, reader: TextReader | None) -> Detectors:
    """Returns the detectors that ship, with a reader."""
    policy = policy_of(settings)
    return Detectors(
        finder=PatternFinder(policy.kinds_in_requests),
        answer_finder=Unveiled(PatternFinder(policy.kinds_in_answers), views_of, _UNVEILED_CHARS),
        scorer=LexicalAttackModel.load(),
        # The heads belong to the embedded encoder; with another, and no checkpoint, the letters
        # decide alone.
        reader=reader if reads_by_meaning(settings) else None,
    )


def screen_of(settings: Settings, policy: Policy, detectors: Detectors) -> Screen:
    """Returns what screens requests."""
    options = settings.screening
    checks = policy.checks
    return Screen(
        checks=checks,
        examiner=Examiner(
            views_of,
            detectors.finder if Check.PII in checks else None,
            detectors.scorer if checks & ATTACK_CHECKS else None,
        ),
        reader=detectors.reader,
        cascade=_cascade_of(settings),
        wants_entities=policy.wants_entities
        or (detectors.reader is not None and finds_more(settings, policy)),
        budget_seconds=options.budget_seconds,
        max_chars=options.max_chars,
        max_windows=options.max_windows,
        remembered=Remembered(options.remembered),
        patience=Alarm(options.budget_seconds),
    )


def _cascade_of(settings: Settings) -> Cascade:
    """Returns when the encoder is asked about attacks.

    The letters know nothing of what the operator has taught the encoder's head, so it is asked
    about every text, unless the operator says otherwise.
    """
    options = settings.screening
    heads = None if settings.classifier.heads is None else Path(settings.classifier.heads)
    shipped = CAREFUL_CASCADE if heads is not None and knows_attacks(heads) else CASCADE
    bounded = shipped.between(options.unsure_from, options.sure_from)
    if not may_read_attacks(settings):
        return bounded  # whoever reads instead has been weighed against the letters by nobody
    try:
        return evolve(bounded, temperatures=temperatures_of_attacks(heads))
    except CheckpointError:
        return bounded  # loading the head says why, and nobody is served without it


def route_of(  # noqa: PLR0913, PLR0917 - each is a part
    settings: Settings,
    policy: Policy,
    classifier: Classifier,
    detectors: Detectors,
    recall: Recall | None = None,
    place_of: Callable[[str], Place | None] = lambda _: None,
    fast: FastRung | None = None,
    policies: Policies | None = None,
) -> Route:
    """Returns what rules on requests."""
    carried_out = policies or policies_of(settings, policy)
    screen = screen_of(settings, policy, detectors)
    rulings = Rulings(
        policy=policy,
        names=names_of(settings),
        chat=OpenAIChat(),
        answers=OpenAIChat(),
        finder=PatientFinder(detectors.answer_finder, Alarm(settings.screening.budget_seconds)),
        watch_bytes=settings.metering.max_answer_bytes,
        now=time.time,
        kept_bytes=settings.cache.max_answer_bytes,
    )
    return Route(
        apis=apis_of(rulings),
        unrouted=unrouted_of(rulings, screen, carried_out.senses),
        models=MODELS,
        place_of=place_of,
        classifier=classifier,
        screen=screen,
        budget_seconds=settings.routing.budget_seconds,
        new_id=lambda: str(ULID()),
        recall=recall,
        fast=fast,
        senses=carried_out.senses,
        conversations=carried_out.conversations,
        unhealthy=carried_out.unhealthy,
        shape=carried_out.shape,
        ruling_seconds=settings.envoy.ruling_seconds,
    )


def limits_of(settings: Settings) -> Limits:
    """Returns what Envoy's connections may ask for."""
    limits = asdict(settings.limits)
    del limits["max_retained_bytes"]  # a matter of the whole process
    return Limits(max_message_bytes=settings.server.max_body_bytes + _MESSAGE_OVERHEAD, **limits)


def _longest_wait(settings: Settings) -> float:
    """Returns how long Envoy may be asked to wait for a message, beyond what is usual."""
    spare = settings.cache.follow_seconds + FOLLOW_SPARE_SECONDS
    return max(spare, settings.envoy.message_timeout_seconds)


def gateway_of(settings: Settings, *routers: Address) -> Gateway:
    """Returns the Envoy that these settings ask for, with the router at `routers`."""
    envoy, names = settings.envoy, names_of(settings)
    default = settings.models[settings.routing.default_model]
    return Gateway(
        listen=Address.parse(envoy.listen),
        admin=Address.parse(envoy.admin),
        routers=routers or router_addresses_of(settings),
        upstreams=tuple(
            Upstream(
                name,
                Address.parse(place.address),
                place.health_path,
                place.tls,
                names.endpoint_value(name),
            )
            for name, place in settings.endpoints.items()
        ),
        fallback=next(iter(default.endpoints)),
        endpoint_header=names.endpoint,
        owned_headers=names.unspoken,
        failure_mode=envoy.failure_mode,
        message_timeout_seconds=envoy.message_timeout_seconds,
        request_timeout_seconds=envoy.request_timeout_seconds,
        max_body_bytes=settings.server.max_body_bytes,
        max_streams=settings.limits.max_streams,
        longest_wait_seconds=_longest_wait(settings),
        metadata_namespace=METADATA_NAMESPACE,
        service=HEALTH_NAME,
        ca_file=envoy.ca_file,
    )
