"""What screening found in a request."""

from collections.abc import Mapping
from enum import StrEnum

from attrs import field, frozen

from .attack import AttackKind
from .classification import Rung
from .guards import Check
from .passage import Path
from .pii import PiiSpan
from .views import RAW


class ScreenFault(StrEnum):
    """Why a check could not be made. The value is its name in headers, logs and metrics."""

    TIMEOUT = "timeout"
    OVERLOAD = "overload"
    NOT_LOADED = "not_loaded"
    ERROR = "error"
    TOO_LONG = "too_long"


@frozen
class Threat:
    """A text that may be an attack.

    Args:
        kind: Of what kind.
        probability: How probable that is.
        path: Where it stands.
        view: In which reading of the text it showed.
        rules: Names of the rules it broke; they say why in words.
        rung: Whether its letters alone said so, or the encoder read it as well, or was asked to
            in vain.
    """

    kind: AttackKind
    probability: float
    path: Path
    view: str = RAW
    rules: tuple[str, ...] = ()
    rung: Rung = Rung.FAST


@frozen
class PersonalDatum:
    """A piece of personal data.

    Args:
        path: In which text.
        span: What, and where in that text.
        view: In which reading of the text it showed.
        is_editable: Whether that place can be overwritten; the name of a field cannot, nor an id.
    """

    path: Path
    span: PiiSpan
    view: str = RAW
    is_editable: bool = True


@frozen
class Screening:
    """Everything that was found in one request.

    Args:
        threats: The most probable of each kind, if it has any probability to speak of.
        data: Personal data, in the order of the request.
        opaque: Parts that nobody can read.
        failures: Checks that could not be made, and why.
        is_too_long: Whether there was more text than is read, so that nobody read it.
    """

    threats: tuple[Threat, ...] = ()
    data: tuple[PersonalDatum, ...] = ()
    opaque: tuple[Path, ...] = ()
    failures: Mapping[Check, ScreenFault] = field(factory=dict)
    is_too_long: bool = False
