"""Reading the configuration that a command works with."""

import os
import sys
from collections.abc import Iterable
from importlib import resources
from pathlib import Path
from typing import Annotated, Final, TypeAlias

from attrs import evolve, frozen
from cyclopts import Parameter
from cyclopts.validators import Number

from semroute.adapters.settings import load
from semroute.app.config import Library
from semroute.app.mistakes import Mistake, mistakes_in
from semroute.app.reasoning import ReasoningLibrary
from semroute.app.settings import Settings

from .exits import UsageError

_VARIABLE: Final = "SEMROUTE_CONFIG"

ConfigOption: TypeAlias = Annotated[
    Path | None,
    Parameter(
        name=["--config", "-c"],
        env_var=_VARIABLE,
        allow_leading_hyphen=True,
        help="The configuration file, or - for standard input; the shipped one if not given.",
    ),
]

WorkersOption: TypeAlias = Annotated[
    int | None,
    Parameter(
        validator=Number(gte=1, lte=256),
        help="Router processes; as many as the configuration says if not given.",
    ),
]

JsonOption: TypeAlias = Annotated[
    bool, Parameter(name="--json", negative=(), help="Print JSON, for machines.")
]

_DEFAULTS: Final = resources.files("semroute.app") / "defaults"


@frozen
class Configuration:
    """A configuration that has passed every check.

    Args:
        settings: What it says.
        library: The categories it may refer to.
        name: What to call it.
        text: How it was written.
    """

    settings: Settings
    library: Library
    name: str
    text: str


def read_configuration(path: Path | None, workers: int | None = None) -> Configuration:
    """Reads and checks a configuration.

    Args:
        path: The file; None for the one that ships.
        workers: How many router processes there are, if not as many as the file says.

    Raises:
        SettingsError: Something is wrong with it; the error lists everything that is.
        UsageError: It cannot be read.
    """
    if path is None or (path == Path() and path == variable()):  # set, but to nothing
        text, name = (_DEFAULTS / "semroute.yaml").read_text(), "the shipped configuration"
    elif str(path) == "-":
        text, name = read_input(), "standard input"
    else:
        text, name = read_text(path), str(path)
    return configuration_of(text, name, workers)


def configuration_of(text: str, name: str, workers: int | None = None) -> Configuration:
    """Checks a configuration that has been read.

    Raises:
        SettingsError: Something is wrong with it; the error lists everything that is.
    """
    library = read_library()

    def changed(settings: Settings) -> Settings:
        server = settings.server
        return evolve(settings, server=evolve(server, workers=workers or server.workers))

    settings = load(
        text,
        Settings,
        check=lambda settings: (
            *mistakes_in(changed(settings), _with_trained(library, settings)),
            *_unusable(settings),
        ),
        environ=os.environ,
        name=name,
    )
    return Configuration(changed(settings), _with_trained(library, settings), name, text)


def _unusable(settings: Settings) -> Iterable[Mistake]:
    # Imported here: commands that read no configuration need not wait for numpy.
    from .unusable import unusable_in  # noqa: PLC0415

    return unusable_in(settings)


def _with_trained(library: Library, settings: Settings) -> Library:
    """Returns the library with the categories of the operator's heads.

    Raises:
        UsageError: There are no heads where the settings say.
    """
    if settings.classifier.heads is None:
        return library
    # Imported here: most configurations have no heads of their own.
    from semroute.adapters.torch import CheckpointError, trained_categories  # noqa: PLC0415

    try:
        return evolve(library, trained=trained_categories(Path(settings.classifier.heads)))
    except CheckpointError as error:
        message = f"classifier.heads: {error}"
        raise UsageError(message) from error


def read_library() -> Library:
    """Reads the categories and the families of models that ship."""
    library = load((_DEFAULTS / "categories.yaml").read_text(), Library, name="categories.yaml")
    text = (_DEFAULTS / "reasoning.yaml").read_text()
    families = load(text, ReasoningLibrary, name="reasoning.yaml")
    return evolve(library, families=families.reasoning)


def variable() -> Path | None:
    """Returns what the environment says the configuration is, if it says so."""
    value = os.environ.get(_VARIABLE)
    return None if value is None else Path(value)


def read_input() -> str:
    """Reads standard input to its end.

    Raises:
        UsageError: It is closed, or is no text.
    """
    if sys.stdin is None:  # how Python says that it was closed from the start
        message = "standard input is closed"
        raise UsageError(message)
    try:
        return sys.stdin.read()
    except UnicodeDecodeError as error:
        message = f"standard input is not UTF-8: byte {error.start} is wrong"
        raise UsageError(message) from error


def read_text(path: Path) -> str:
    """Reads a file that the operator has named.

    Raises:
        UsageError: It cannot be read, or is no text.
    """
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        message = f"{path}: {error.strerror}"
        raise UsageError(message) from error
    except UnicodeDecodeError as error:
        message = f"{path} is not UTF-8: byte {error.start} is wrong"
        raise UsageError(message) from error
