"""Indexes for the partitions that have become too large to be compared as a whole."""

import base64
import binascii
from typing import Final

from psycopg.sql import SQL, Identifier, Literal

from .database import Connection

_PREFIX: Final = "hot_"
# PostgreSQL cuts names at 63; in base32, 32 bytes take 52.
_MOST_PARTITION_BYTES: Final = 36
# One that loses entries below this part of the limit loses its index, and not at the first.
_COLD: Final = 0.5
_LOCK: Final = "SELECT {}(hashtext('semroute indexes'), hashtext(%s))"

# Of this schema's table only. An index that nobody finished is not valid.
_INDEXES: Final = """
SELECT c.relname, i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE i.indrelid = 'vec'::regclass AND starts_with(c.relname, 'hot_')
"""
_SIZES: Final = "SELECT partition, count(*) FROM vec GROUP BY partition HAVING count(*) > %s"


def hot_partitions(connection: Connection) -> frozenset[bytes]:
    """Returns the partitions that have an index of their own, ready to be used."""
    rows = connection.execute(_INDEXES).fetchall()
    return frozenset(
        partition
        for name, is_valid in rows
        if is_valid and (partition := _partition(name)) is not None
    )


def tend(connection: Connection, schema: str, exact_rows: int) -> None:
    """Makes the indexes that are missing and drops those that are not needed.

    Nobody waits meanwhile, neither for reading nor for writing. Only one router does it at a
    time; another returns at once.

    Args:
        connection: Where. Its statements may take as long as they need.
        schema: Where the tables are.
        exact_rows: Up to how many rows a partition needs no index.
    """
    if connection.execute(_LOCK.format("pg_try_advisory_lock"), (schema,)).fetchone() != (True,):
        return
    try:
        least = int(exact_rows * _COLD)
        sizes: dict[bytes, int] = dict(connection.execute(_SIZES, (least,)).fetchall())
        there: set[bytes] = set()
        for name, is_valid in connection.execute(_INDEXES).fetchall():
            partition = _partition(name)
            if partition is None:
                continue  # somebody else's
            if is_valid and partition in sizes:
                there.add(partition)
            else:
                connection.execute(
                    SQL("DROP INDEX CONCURRENTLY IF EXISTS {}").format(Identifier(schema, name))
                )
        for partition, size in sizes.items():
            is_wanted = size > exact_rows and len(partition) <= _MOST_PARTITION_BYTES
            if is_wanted and partition not in there:
                connection.execute(
                    SQL(
                        "CREATE INDEX CONCURRENTLY {} ON vec USING hnsw (emb halfvec_cosine_ops)"
                        " WHERE partition = {}"
                    ).format(Identifier(_name(partition)), Literal(partition))
                )
    finally:
        if not connection.broken:
            connection.execute(_LOCK.format("pg_advisory_unlock"), (schema,))


def _name(partition: bytes) -> str:
    return _PREFIX + base64.b32encode(partition).decode().rstrip("=").lower()


def _partition(name: str) -> bytes | None:
    """Returns the partition that an index's name says; None if it says none."""
    text = name.removeprefix(_PREFIX).upper()
    try:
        return base64.b32decode(text + "=" * (-len(text) % 8))
    except binascii.Error:
        return None
