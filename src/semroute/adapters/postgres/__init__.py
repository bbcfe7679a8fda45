"""The answer cache that several routers share: PostgreSQL with pgvector.

psycopg works in worker threads, because it knows asyncio only and not Trio. The package comes with
`semroute[postgres]`.
"""

from .claims import PostgresClaims
from .database import Database
from .store import PostgresStore, StoreLimits, running_store

__all__ = ["Database", "PostgresClaims", "PostgresStore", "StoreLimits", "running_store"]
