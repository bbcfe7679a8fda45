"""Reading the configuration that a command works with."""

import os
import sys
from importlib import resources
from pathlib import Path
from typing import Annotated, Final, TypeAlias

from attrs import frozen
from cyclopts import Parameter

from semroute.adapters.settings import load
from semroute.app.config import Library, mistakes_in
from semroute.app.settings import Settings

ConfigOption: TypeAlias = Annotated[
    Path | None,
    Parameter(
        name=["--config", "-c"],
        env_var="SEMROUTE_CONFIG",
        allow_leading_hyphen=True,
        help="The configuration file, or - for standard input; the shipped one if not given.",
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
    """

    settings: Settings
    library: Library
    name: str


def read_configuration(path: Path | None) -> Configuration:
    """Reads and checks a configuration.

    Raises:
        SettingsError: Something is wrong with it; the error lists everything that is.
        OSError: It cannot be read.
    """
    library = load((_DEFAULTS / "categories.yaml").read_text(), Library, name="categories.yaml")
    if path is None:
        text, name = (_DEFAULTS / "semroute.yaml").read_text(), "the shipped configuration"
    elif str(path) == "-":
        text, name = sys.stdin.read(), "standard input"
    else:
        text, name = path.read_text(), str(path)
    settings = load(
        text,
        Settings,
        check=lambda settings: mistakes_in(settings, library),
        environ=os.environ,
        name=name,
    )
    return Configuration(settings, library, name)
