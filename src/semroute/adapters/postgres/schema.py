"""The tables: made if they are not there, checked if they are."""

import re
from typing import Final

from psycopg import errors
from psycopg.sql import SQL, Identifier, Literal

from semroute.domain.errors import CacheError

from .database import Connection
from .vectors import register

_VERSION: Final = 1
_LEAST_PGVECTOR: Final = (0, 8)
# Any number will do that nobody else uses in this database; these are our initials.
_LOCK: Final = 0x73656D72
_MOST_DIMENSIONS: Final = 4000  # what pgvector indexes of half precision
_PREPARE_TIMEOUT: Final = "20s"

# `expires` is in both tables, so that a search reads the narrow one only.
_TABLES: Final = """
CREATE TABLE about (version int NOT NULL, dimensions int NOT NULL);
CREATE UNIQUE INDEX about_one ON about ((true));
CREATE TABLE entry (
    id text PRIMARY KEY,
    partition bytea NOT NULL,
    exact bytea NOT NULL UNIQUE,
    tenant text NOT NULL,
    route text NOT NULL,
    model text NOT NULL,
    text bytea NOT NULL,
    encoder text NOT NULL,
    answer bytea,
    tokens bigint NOT NULL,
    created double precision NOT NULL,
    expires double precision NOT NULL,
    seal bigint NOT NULL
);
ALTER TABLE entry ALTER COLUMN answer SET STORAGE EXTERNAL;
CREATE INDEX entry_expires ON entry (expires);
CREATE INDEX entry_created ON entry (created, id);
CREATE TABLE vec (
    id text PRIMARY KEY REFERENCES entry ON DELETE CASCADE,
    partition bytea NOT NULL,
    expires double precision NOT NULL,
    emb {halfvec}({dimensions}) NOT NULL
);
CREATE INDEX vec_partition ON vec (partition);
"""

# With one query a connection is ready. pgvector may have been put into any schema.
_SETTLE: Final = """
SELECT t.oid,
    set_config('search_path', format('%%I, %%I', %(schema)s::text, n.nspname), false),
    set_config('statement_timeout', %(timeout)s, false),
    set_config('client_connection_check_interval',
        CASE WHEN version() LIKE '%%linux%%' THEN '1000' ELSE '0' END, false),
    set_config('synchronous_commit',
        replace(current_setting('synchronous_commit'), 'off', 'on'), false),
    set_config('hnsw.ef_search', '100', false),
    set_config('hnsw.iterative_scan', 'strict_order', false)
FROM pg_extension e
JOIN pg_namespace n ON n.oid = e.extnamespace
JOIN pg_type t ON t.typnamespace = n.oid AND t.typname = 'halfvec'
WHERE e.extname = 'vector'
"""


def settle(connection: Connection, schema: str, statement_seconds: float) -> None:
    """Makes a connection ready for queries.

    Args:
        connection: A new one.
        schema: Where the tables are.
        statement_seconds: After how long the server gives a statement up; 0 for never.

    Raises:
        CacheError: pgvector is missing.
        psycopg.Error: The server is in trouble.
    """
    timeout = str(round(statement_seconds * 1000))
    row = connection.execute(_SETTLE, {"schema": schema, "timeout": timeout}).fetchone()
    if row is None:
        message = "PostgreSQL: this database has no extension vector, or one before 0.7"
        raise CacheError(message)
    register(connection, row[0])


def prepare(connection: Connection, schema: str, dimensions: int) -> None:
    """Makes the tables if they are not there, whoever else is doing the same.

    What is there is only read, so that a user who may not write can look.

    Raises:
        CacheError: The tables are of another kind, or pgvector is missing or too old.
        psycopg.Error: The server is in trouble, or does not allow it.
    """
    if not 0 < dimensions <= _MOST_DIMENSIONS:
        message = f"vectors have from 1 to {_MOST_DIMENSIONS} dimensions, not {dimensions}"
        raise CacheError(message)
    connection.execute("SELECT set_config('statement_timeout', %s, false)", (_PREPARE_TIMEOUT,))
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        home = _extension(connection)
        if connection.execute(
            "SELECT to_regclass(format('%%I.about', %s::text))", (schema,)
        ).fetchone() == (None,):
            _make(connection, schema, dimensions, home)
        _check(connection, schema, dimensions)


def _extension(connection: Connection) -> str:
    """Sees to it that pgvector is there, and returns in which schema."""
    found = _found(connection)
    if found is None:
        try:
            connection.execute("CREATE EXTENSION vector")
        except errors.InsufficientPrivilege:
            trouble = "not in this database, and the user may not create it"
        except (errors.FeatureNotSupported, errors.UndefinedFile):
            trouble = "not installed on the server"
        else:
            trouble = ""
        if trouble:
            message = f"PostgreSQL: the extension vector is {trouble}"
            raise CacheError(message)
        found = _found(connection)
        assert found is not None
    version, home = found
    numbers = tuple(int(number) for number in re.findall(r"\d+", version)[:2])
    if numbers < _LEAST_PGVECTOR:
        message = f"PostgreSQL: pgvector is {version}, and 0.8 is needed"
        raise CacheError(message)
    return home


def _found(connection: Connection) -> tuple[str, str] | None:
    row = connection.execute(
        "SELECT extversion, nspname FROM pg_extension e JOIN pg_namespace n"
        " ON n.oid = e.extnamespace WHERE extname = 'vector'"
    ).fetchone()
    return None if row is None else (row[0], row[1])


def _make(connection: Connection, schema: str, dimensions: int, home: str) -> None:
    row = connection.execute("SELECT to_regnamespace(quote_ident(%s))", (schema,)).fetchone()
    if row == (None,):  # without this question, it takes rights to be told that it is there
        connection.execute(SQL("CREATE SCHEMA {}").format(Identifier(schema)))
    connection.execute("SELECT set_config('search_path', quote_ident(%s), true)", (schema,))
    connection.execute(
        SQL(_TABLES).format(halfvec=Identifier(home, "halfvec"), dimensions=Literal(dimensions))
    )
    connection.execute("INSERT INTO about VALUES (%s, %s)", (_VERSION, dimensions))


def _check(connection: Connection, schema: str, dimensions: int) -> None:
    row = connection.execute(
        SQL("SELECT version, dimensions FROM {}").format(Identifier(schema, "about"))
    ).fetchone()
    if row is None or row[0] != _VERSION:
        there = "no" if row is None else row[0]
        message = f"PostgreSQL: the tables have version {there}, and {_VERSION} is needed"
        raise CacheError(message)
    if row[1] != dimensions:
        message = (
            f"PostgreSQL: the tables keep vectors of {row[1]} dimensions, and the encoder makes"
            f" {dimensions}; another schema is needed"
        )
        raise CacheError(message)
