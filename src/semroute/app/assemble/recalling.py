"""What finds answers in a cache, made from settings."""

import json
import time
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Final

from attrs import evolve

from semroute.adapters.openai import OpenAICache
from semroute.adapters.prometheus import PrometheusObserver
from semroute.app.claiming import Claiming
from semroute.app.flights import Flights
from semroute.app.recall import Recall
from semroute.app.settings import Settings
from semroute.domain.policy import Policy
from semroute.domain.ports import Embedder

from .labels import labels_of
from .policies import toolboxes_of
from .stores import OpenedStore

_READ: Final = frozenset((".safetensors", ".json", ".txt", ".model"))


def recall_of(  # noqa: PLR0913, PLR0917 - each is a part
    settings: Settings,
    policy: Policy,
    embedder: Embedder | None,
    store: OpenedStore,
    flights: Flights,
    metrics: PrometheusObserver,
    claiming: Claiming | None = None,
) -> Recall:
    """Returns what finds answers in a store.

    Raises:
        OSError: A file of tools or labels cannot be read; the operator's fault.
        SettingsError: A file of tools or labels is wrong; the operator's fault.
    """
    options = settings.cache
    return Recall(
        policy=_with_files(settings, policy),
        keys=store.keys,
        identity=options.identity,
        heeds_clients=options.heed_clients,
        codec=OpenAICache(),
        store=store.answers,
        embedder=embedder,
        embed_seconds=settings.routing.budget_seconds,
        observer=metrics.cache,
        flights=flights,
        lookup_seconds=options.lookup_seconds,
        follow_seconds=options.follow_seconds,
        now=time.time,
        claiming=claiming,
    )


def _with_files(settings: Settings, policy: Policy) -> Policy:
    """Returns the rules under a revision of their own for what the operator's files are now.

    These are tools, heads, checkpoints and what labels of those mean. Weights of a gigabyte take a
    second.
    """
    digest = sha256()
    options = settings.classifier
    directories = [options.heads, *(each.directory for each in options.checkpoints)]
    for directory in filter(None, directories):
        # Beside the weights, what their outputs mean and how texts are divided.
        files = (each for each in Path(directory).glob("*") if each.suffix in _READ)
        for path in filter(Path.is_file, sorted(files)):
            with path.open("rb") as file:
                digest.update(file_digest(file, sha256).digest())
    for each in options.checkpoints:
        labels = json.dumps(sorted(labels_of(each).items()))
        digest.update(sha256(labels.encode()).digest())
    for name, toolbox in toolboxes_of(settings).items():
        for text in (name, *(each.document for each in toolbox.definitions)):
            digest.update(sha256(text.encode()).digest())
    return evolve(policy, revision=f"{policy.revision} {digest.hexdigest()}")
