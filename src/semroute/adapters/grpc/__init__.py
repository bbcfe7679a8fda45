"""grpclib's protocol and server layers, run natively on Trio.

There is no asyncio loop. What is reused of grpclib is mostly not documented API, which is why
`pyproject.toml` pins its minor version and `tests/adapters/grpc` checks every seam;
`docs/decisions/0002-grpclib-on-trio.md` tells the whole story.
"""

from .health import Health
from .limits import Limits
from .listener import open_listener
from .server import Server

__all__ = ["Health", "Limits", "Server", "open_listener"]
