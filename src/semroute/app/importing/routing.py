"""How their router as a whole behaves: aliases, what counts, sessions, and where it listens."""

import re
from typing import TYPE_CHECKING, Final

from .addresses import located
from .draft import Draft, plain_name
from .models import place_default
from .places import ROUTER, existing
from .source import Source

if TYPE_CHECKING:
    from .document import Plain

_AUTO: Final = "auto"
_THEIR_AUTO: Final = "MoM"  # what theirs listens to unless told otherwise

_SECONDS: Final = re.compile(r"([0-9]+(?:\.[0-9]+)?)(ms|s|m|h)")
_UNITS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_A_DAY: Final = 86_400.0

# Our own listeners, unless told otherwise.
_TAKEN_PORTS: Final = (9190, 9901, 50051)


def carry_routing(root: Source, draft: Draft) -> None:
    """Carries what holds for all requests."""
    place_default(root, draft)
    _aliases(root, draft)
    _quality(root, draft)
    _sessions(root, draft)
    _listeners(root, draft)
    for node in existing(root, ROUTER):
        for key in ("config_source", "version"):
            said = node.get(key)
            if said is not None:
                said.carried()
        cleared = node.get("clear_route_cache")
        if cleared is not None:
            cleared.carried()  # it always is
        listed = node.get("include_config_models_in_list")
        if listed is not None:
            listed.approximated("requests for lists of models are answered as docs/apis.md says")


def _aliases(root: Source, draft: Draft) -> None:
    models = draft.document.section("models")
    names = [_AUTO]
    asked: list[str] = []
    for node in existing(root, ROUTER):
        one = node.text("auto_model_name")
        asked += [*([one] if one else []), *node.texts("auto_model_names")]
    names += [plain_name(each) for each in asked] or [_THEIR_AUTO]
    aliases: list[Plain] = [each for each in dict.fromkeys(names) if each not in models]
    draft.document.put(("routing", "aliases"), aliases)


def _quality(root: Source, draft: Draft) -> None:
    quality = 1.0
    note = "Models were chosen by their scores alone; a lower number weighs prices as well."
    for router in existing(root, ROUTER):
        selection = router.get("model_selection")
        automix = selection.get("automix") if selection is not None else None
        tradeoff = automix.get("cost_quality_tradeoff") if automix is not None else None
        number = automix.number("cost_quality_tradeoff") if automix is not None else None
        if tradeoff is not None and number is not None and 0 <= number <= 1:
            quality = round(1 - number, 4)
            note = "1 less what the source says of cost."
            tradeoff.approximated("routing.quality: prices and scores are weighed for every model")
    draft.document.put(("routing", "quality"), quality)
    draft.document.note(("routing", "quality"), note)


def _sessions(root: Source, draft: Draft) -> None:
    for router in existing(root, ROUTER):
        protection = router.at("learning", "protection")
        if protection is None:
            continue
        headers = protection.at("identity", "headers")
        names: list[Plain] = []
        for _, header in headers.entries() if headers is not None else ():
            name = header.as_text()
            if name is not None:
                names.append(name.lower())
        pin = "off" if protection.flag("enabled") is False else "cost"
        draft.document.put(("routing", "pin"), pin)
        if names:
            draft.document.put(("routing", "conversation_headers"), names)
        idle = protection.at("tuning", "idle_timeout_seconds")
        seconds = idle.value if idle is not None else None
        if idle is not None and isinstance(seconds, int) and seconds > 0:
            draft.document.put(("routing", "pin_seconds"), min(seconds, int(_A_DAY)))
            idle.carried("routing.pin_seconds")
        protection.approximated(
            "routing.pin: a conversation stays with its model while changing costs more"
        )


def _listeners(root: Source, draft: Draft) -> None:
    for index, node in enumerate(root.list("listeners")):
        host, port = node.text("address"), node.integer("port")
        node.text("name")
        place = located(f"{host}:{port}") if host is not None and port is not None else None
        if index or place is None or port in _TAKEN_PORTS:
            node.left(
                "Envoy listens in one place here, and the router's own ports are taken",
                "`semroute envoy` prints a configuration to which more can be added",
            )
            continue
        draft.document.put(("envoy", "listen"), place.address)
        node.carried("envoy.listen")
        timeout = node.get("timeout")
        said = timeout.as_text() if timeout is not None else None
        length = _SECONDS.fullmatch(said) if said is not None else None
        if timeout is not None and length is not None:
            seconds = min(float(length[1]) * _UNITS[length[2]], _A_DAY) or _A_DAY
            draft.document.put(("envoy", "request_timeout_seconds"), seconds)
            timeout.carried("envoy.request_timeout_seconds")
        elif timeout is not None and said is not None:
            timeout.misread("it must be a length of time, as 300s")
