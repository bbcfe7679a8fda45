"""What went wrong, in words that hold nothing secret.

The texts of libpq and of the server quote what they were given: pieces of a DSN that was split in
the wrong place, and with it a password; keys and values of rows. So none of them goes on. What is
told is what kind of trouble it is, and the five letters that PostgreSQL has for it.
"""

from typing import Final

import psycopg
from psycopg import errors

from semroute.domain.errors import CacheError

# The first that fits is told, so special ones come first.
_KINDS: Final[tuple[tuple[type[psycopg.Error], str], ...]] = (
    (errors.QueryCanceled, "the query took too long"),
    (errors.InsufficientPrivilege, "the database's user may not do this"),
    (errors.ReadOnlySqlTransaction, "the database is read-only"),
    (errors.UndefinedTable, "the tables of the cache are not there"),
    (errors.InvalidSchemaName, "the schema of the cache is not there"),
    (errors.DiskFull, "the server's disk is full"),
    (errors.TooManyConnections, "the server has too many connections"),
    (errors.CannotConnectNow, "the server is starting or stopping"),
    (errors.AdminShutdown, "the server ended the connection"),
    (errors.CrashShutdown, "the server ended the connection"),
    (errors.ConnectionTimeout, "the server cannot be reached in time"),
    (psycopg.OperationalError, "the connection was lost"),
    (psycopg.DataError, "the server does not accept a value"),
    (psycopg.IntegrityError, "the row contradicts another"),
)

# What libpq and the server say when there is no connection yet; then there is no code to go by.
# A server that speaks another language is only said not to accept the connection.
_REFUSALS: Final = (
    ("password authentication failed", "the server does not accept the user or the password"),
    ("no pg_hba.conf entry", "the server does not accept this user from here"),
    ("too many clients", "the server has too many connections"),
    ("remaining connection slots", "the server has too many connections"),
    ("starting up", "the server is starting or stopping"),
    ("shutting down", "the server is starting or stopping"),
    ("database", "the server has no such database, or the user may not use it"),
    ("role", "the server has no such user"),
)
# What libpq says by itself.
_NOBODY_THERE: Final = "there is no server where the DSN says"
_FAILURES: Final = (
    ("no password supplied", "the server wants a password"),
    ("timeout expired", "the server cannot be reached in time"),
    ("Connection refused", _NOBODY_THERE),
    ("No such file", _NOBODY_THERE),
    ("could not translate", _NOBODY_THERE),
    ("resolve", _NOBODY_THERE),
    ("certificate", "the server's certificate does not show who it is"),
    ("SSL", "the server and the DSN do not agree about TLS"),
)


def trouble_with_query(error: psycopg.Error | UnicodeError) -> CacheError:
    """Returns what to raise when a query failed."""
    if isinstance(error, UnicodeError):
        return CacheError("PostgreSQL: a name is no proper Unicode")
    fitting = (words for kind, words in _KINDS if isinstance(error, kind))
    return CacheError(f"PostgreSQL: {next(fitting, 'the query failed')}{_code(error)}")


def trouble_with_connecting(error: psycopg.Error) -> CacheError:
    """Returns what to raise when there is no connection."""
    if isinstance(error, psycopg.ProgrammingError):
        return CacheError("PostgreSQL: the DSN cannot be read")
    # Before its own words, the server is named, by a host that may be anything.
    _, is_refused, said = str(error).rpartition("FATAL")
    phrases = _REFUSALS if is_refused else _FAILURES
    fitting = (words for phrase, words in phrases if phrase in said)
    otherwise = "does not accept the connection" if is_refused else "cannot be reached"
    return CacheError(f"PostgreSQL: {next(fitting, f'the server {otherwise}')}")


def _code(error: psycopg.Error) -> str:
    return f" ({error.sqlstate})" if error.sqlstate else ""
