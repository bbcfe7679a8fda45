"""Which database, and a connection to it."""

import logging
import socket
from collections.abc import Callable
from typing import Any, Final, TypeAlias

import psycopg
from attrs import field, frozen
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from .troubles import trouble_with_connecting, trouble_with_query

Connection: TypeAlias = psycopg.Connection[tuple[Any, ...]]

# psycopg logs the errors that it ignores in the server's words, and those may quote rows. Each has
# another error before it, which is told.
logging.getLogger("psycopg").setLevel(logging.CRITICAL)

_USUAL: Final[dict[str, str | int]] = {
    "application_name": "semroute",
    "client_encoding": "utf8",  # whatever the database has; SQL_ASCII would give bytes for names
    # libpq's least. A server that takes longer is of no use to a cache.
    "connect_timeout": 2,
    # A server that has vanished is noticed after half a minute, not after two hours.
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,
}


@frozen
class Database:
    """Where a store keeps what it keeps.

    Args:
        dsn: As libpq has it, URL or words. Poolers that hand every transaction to another
            connection do not work: settings and locks belong to connections.
        schema: The schema that holds the tables. Two in one database know nothing of each other.
    """

    dsn: str = field(repr=False)
    schema: str = "semroute"


def connected(database: Database) -> Connection:
    """Returns a new connection, each of whose statements is a transaction unless one is begun.

    Raises:
        CacheError: There is none to be had. It says why, and nothing of the DSN.
    """
    try:
        given = conninfo_to_dict(database.dsn)
        # What the operator says wins.
        usual = {name: value for name, value in _USUAL.items() if name not in given}
        return psycopg.connect(make_conninfo(database.dsn, **usual), autocommit=True)
    except psycopg.Error as error:
        trouble = trouble_with_connecting(error)
    # Raised here, where no other error is being handled: a printed chain would quote libpq.
    raise trouble


class Session:
    """A connection, on which one thread works and another may hang up.

    Args:
        connection: It is closed if there is no descriptor left.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        try:
            # A descriptor of our own: psycopg may close its own, and its number be somebody
            # else's, in the very moment in which another thread hangs up.
            self._socket = socket.fromfd(connection.fileno(), socket.AF_INET, socket.SOCK_STREAM)
        except OSError:
            connection.close()
            raise

    @property
    def is_usable(self) -> bool:
        """Whether another query can be asked.

        A connection that waits for no answer has nothing to say. If there is something to read,
        it is the server's farewell, or the end.
        """
        if self.connection.closed or (
            self.connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE
        ):
            return False
        try:
            self._socket.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False

    def hang_up(self) -> None:
        """Ends the conversation from any thread; one that waits for an answer gets an error."""
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # the other end was faster

    def close(self) -> None:
        """Closes the connection. Only the thread that works on it may."""
        self.connection.close()
        self._socket.close()


def opened(database: Database, settle: Callable[[Connection], None]) -> Session:
    """Returns a new session.

    Args:
        database: Where to.
        settle: Makes its connection ready.

    Raises:
        CacheError: There is none to be had, or it does not become ready.
        OSError: There is no descriptor left.
    """
    session = Session(connected(database))
    try:
        settle(session.connection)
    except psycopg.Error as error:
        trouble = trouble_with_query(error)
    except BaseException:
        session.close()
        raise
    else:
        return session
    session.close()
    raise trouble
