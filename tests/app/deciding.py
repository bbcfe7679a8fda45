"""Routers that are configured as operators do it, with models that need no loading."""

from typing import Any

import yaml
from attrs import define, field

from semroute.adapters.memory import FaultyClassifier, WordClassifier, WordEmbedder
from semroute.adapters.settings import load
from semroute.app.assemble import detectors_of, route_of
from semroute.app.assemble.policies import Policies, policies_of
from semroute.app.cli.unusable import unusable_in
from semroute.app.config import Library, LibraryCategory, policy_of
from semroute.app.mistakes import mistakes_in
from semroute.app.reasoning import families_of
from semroute.app.route import Route
from semroute.app.settings import Settings
from semroute.domain.chat import Prompt
from semroute.domain.classification import Classification
from semroute.domain.headers import Headers
from semroute.domain.http import HttpRequest
from semroute.domain.policy import Policy

from .conftest import DEFINITIONS, post

LIBRARY = Library(
    {each.name: LibraryCategory(each.description, each.examples) for each in DEFINITIONS}
)
DOCUMENT: dict[str, Any] = {
    "endpoints": {"cpu": {"address": "127.0.0.1:1"}, "gpu": {"address": "127.0.0.1:2"}},
    "models": {
        "small": {"endpoints": {"cpu": 1}},
        "euler": {"endpoints": {"gpu": 1}},
        "portia": {"endpoints": {"gpu": 1}},
    },
    "categories": {
        "math": {"candidates": {"euler": 1}},
        "law": {"candidates": {"portia": 1}},
    },
    # Nothing here falls by the clock, however slow the machine.
    "envoy": {"message_timeout_seconds": 60},
    "routing": {"default_model": "small", "min_confidence": 0.6, "budget_seconds": 5},
}
OFF: dict[str, Any] = {
    "jailbreak": {"mode": "off"},
    "injection": {"mode": "off"},
    "pii": {"mode": "off"},
    "unscannable": "off",
}


def configured(**changes: Any) -> Settings:
    """Returns settings as they come out of a file; nothing is checked that is not there."""
    document = {**DOCUMENT, "guards": OFF, **changes}
    return load(
        yaml.safe_dump(document),
        Settings,
        check=lambda settings: (*mistakes_in(settings, LIBRARY), *unusable_in(settings)),
    )


class CountingClassifier(FaultyClassifier):
    """Counts how often somebody asks what a prompt is about."""

    def __init__(self) -> None:
        super().__init__(WordClassifier(DEFINITIONS))
        self.asked = 0

    async def classify(self, prompt: Prompt) -> Classification:
        self.asked += 1
        return await super().classify(prompt)


@define(eq=False)
class Bench:
    """A route by settings, and what it asks."""

    settings: Settings
    classifier: CountingClassifier = field(factory=CountingClassifier)
    embedder: WordEmbedder = field(factory=WordEmbedder)
    policy: Policy = field(init=False)
    policies: Policies = field(init=False)
    route: Route = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.policy = policy_of(self.settings)
        self.policies = policies_of(
            self.settings, self.policy, self.embedder, families_of(self.settings.reasoning, {})
        )
        self.route = route_of(
            self.settings,
            self.policy,
            self.classifier,
            detectors_of(self.settings, None),
            policies=self.policies,
        )


def asked(
    text: str = "hi",
    headers: dict[str, str] | None = None,
    path: str = "/v1/chat/completions",
    **fields: Any,
) -> HttpRequest:
    """Returns a request with headers of the client's."""
    request = post(path=path, messages=[{"role": "user", "content": text}], **fields)
    more = Headers.of(headers or {})
    return HttpRequest(
        request.method, request.path, Headers((*request.headers, *more)), request.body
    )
