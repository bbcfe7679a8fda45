"""What is asked of the tables, each by one thread on one connection."""

from typing import Any, Final, LiteralString

from attrs import field, frozen
from psycopg.sql import SQL, Composed, Literal

from semroute.domain.caching.entry import Entry, Neighbour, Selection

from .database import Connection
from .rows import COLUMNS, entry_of, row_of
from .vectors import Half, cosine, has_direction

_JOINED: Final = f"SELECT {COLUMNS} FROM entry e LEFT JOIN vec v ON v.id = e.id"  # noqa: S608 - our own constants
_BY_EXACT: Final = f"{_JOINED} WHERE e.exact = %s AND e.expires > %s"
_BY_ID: Final = f"{_JOINED} WHERE e.id = %s AND e.expires > %s"

# Whatever index there may be, all of the partition is compared: only the distances are sorted.
_SEARCH: Final = """
WITH near AS MATERIALIZED (
    SELECT id, emb <=> %(vector)s AS distance FROM vec
    WHERE partition = %(partition)s AND expires > %(now)s
), nearest AS (
    SELECT id, distance FROM near ORDER BY distance LIMIT %(count)s
)"""
# The index of a hot partition is for this partition only, so it must be in the text.
_SEARCH_HOT: Final = """
WITH nearest AS MATERIALIZED (
    SELECT id, emb <=> %(vector)s AS distance FROM vec
    WHERE partition = {partition} AND expires > %(now)s
    ORDER BY emb <=> %(vector)s LIMIT %(count)s
)"""
_FOUND: Final = f"""
{_JOINED} JOIN nearest ON nearest.id = e.id
WHERE e.partition = %(partition)s AND e.expires > %(now)s ORDER BY nearest.distance
"""

_PUT: Final = """
INSERT INTO entry (id, partition, exact, tenant, route, model, text, encoder, answer, tokens,
    created, expires, seal)
VALUES (%(id)s, %(partition)s, %(exact)s, %(tenant)s, %(route)s, %(model)s, %(text)s,
    %(encoder)s, %(answer)s, %(tokens)s, %(created)s, %(expires)s, %(seal)s)
"""
_PUT_VECTOR: Final = """
INSERT INTO vec (id, partition, expires, emb)
VALUES (%(id)s, %(partition)s, %(expires)s, %(vector)s)
"""
# Locks of two numbers are others than locks of one, which `PostgresClaims` takes.
_LOCK_KEY: Final = "SELECT pg_advisory_xact_lock(hashtext('semroute'), hashtext(%s::text))"
_MAKE_ROOM: Final = "DELETE FROM entry WHERE exact = %s OR id = %s"

_CONDITIONS: Final = {
    "tenant": SQL("e.tenant = %(tenant)s"),
    "route": SQL("e.route = %(route)s"),
    "model": SQL("e.model = %(model)s"),
    "before": SQL("e.created < %(before)s"),
}

_PAGE: Final = 200
_BATCH: Final = 1000  # of deleted rows; a transaction of some 20 ms


def by_exact(connection: Connection, key: bytes, now: float) -> Entry | None:
    """Returns the entry with this key."""
    return _one(connection, _BY_EXACT, key, now)


def by_id(connection: Connection, id_: str, now: float) -> Entry | None:
    """Returns the entry with this id."""
    return _one(connection, _BY_ID, id_, now)


@frozen
class Search:
    """What is looked for.

    Args:
        partition: Nothing outside it is looked at.
        vector: What entries should be near to.
        count: How many at most.
        now: What has expired by then is left out.
    """

    partition: bytes
    vector: bytes = field(repr=False)
    count: int
    now: float


def nearest(connection: Connection, search: Search, *, hot: bool) -> list[Neighbour]:
    """Returns a partition's nearest entries.

    Args:
        connection: Where.
        search: What is looked for.
        hot: Whether the partition has an index of its own. All is compared if not.
    """
    vector = search.vector
    query = SQL(_SEARCH_HOT if hot else _SEARCH).format(partition=Literal(search.partition))
    values = {
        "partition": search.partition,
        "vector": Half(vector),
        "count": search.count,
        "now": search.now,
    }
    rows = connection.execute(query + SQL(_FOUND), values, binary=True).fetchall()
    entries = [entry for row in rows if (entry := entry_of(row)) is not None]
    found = [
        Neighbour(cosine(vector, entry.vector), entry)
        for entry in entries
        if has_direction(entry.vector)
    ]
    return sorted(found, key=lambda each: each.similarity, reverse=True)


def put(connection: Connection, entry: Entry) -> None:
    """Keeps an entry in the place of another; returns when it is on the server's disk."""
    row = row_of(entry)
    with connection.pipeline(), connection.transaction():
        # Two who put the same at once would not see what the other is about to put.
        connection.execute(_LOCK_KEY, (entry.exact.hex(),))
        connection.execute(_MAKE_ROOM, (entry.exact, entry.id))
        connection.execute(_PUT, row)
        if entry.vector:
            connection.execute(_PUT_VECTOR, row | {"vector": Half(entry.vector)})


def remove(connection: Connection, ids: list[str], now: float) -> int:
    """Removes entries; returns how many had not expired."""
    rows = connection.execute(
        "DELETE FROM entry WHERE id = ANY(%s) RETURNING expires > %s", (ids, now)
    )
    return sum(living for (living,) in rows)


def count(connection: Connection, selection: Selection, now: float) -> int:
    """Returns how many entries are selected."""
    condition, values = _condition(selection)
    row = connection.execute(
        SQL("SELECT count(*) FROM entry e WHERE {} AND e.expires > %(now)s").format(condition),
        values | {"now": now},
    ).fetchone()
    assert row is not None
    return int(row[0])


def flush(connection: Connection, selection: Selection, now: float) -> tuple[int, bool]:
    """Removes some of the selected entries, those that have expired included.

    Returns:
        How many had not expired, and whether there may be more.
    """
    condition, values = _condition(selection)
    rows = connection.execute(
        SQL(
            "DELETE FROM entry WHERE id IN (SELECT e.id FROM entry e WHERE {} LIMIT %(batch)s)"
            " RETURNING expires > %(now)s"
        ).format(condition),
        values | {"batch": _BATCH, "now": now},
    ).fetchall()
    return sum(living for (living,) in rows), len(rows) == _BATCH


def page(
    connection: Connection, selection: Selection, after: tuple[float, str], now: float
) -> tuple[list[Entry], tuple[float, str] | None]:
    """Returns the next of the selected entries by age, and where to go on, or None at the end."""
    condition, values = _condition(selection)
    rows = connection.execute(
        SQL(
            _JOINED + " WHERE {} AND (e.created, e.id) > (%(created)s, %(id)s)"
            " AND e.expires > %(now)s ORDER BY e.created, e.id LIMIT %(page)s"
        ).format(condition),
        values | {"created": after[0], "id": after[1], "now": now, "page": _PAGE},
        binary=True,
    ).fetchall()
    entries = [entry for row in rows if (entry := entry_of(row)) is not None]
    return entries, (rows[-1][11], rows[-1][0]) if len(rows) == _PAGE else None


def check(connection: Connection, after: str, now: float) -> tuple[int, list[str], str | None]:
    """Reads the next rows, those that have expired included.

    Returns:
        How many are sound and have not expired, the ids of the damaged, and where to go on.
    """
    rows = connection.execute(
        _JOINED + " WHERE e.id > %s ORDER BY e.id LIMIT %s", (after, _PAGE), binary=True
    ).fetchall()
    sound = [entry_of(row) for row in rows]
    living = sum(entry is not None and entry.expires > now for entry in sound)
    damaged = [row[0] for row, entry in zip(rows, sound, strict=True) if entry is None]
    return living, damaged, rows[-1][0] if len(rows) == _PAGE else None


def _one(
    connection: Connection, query: LiteralString, key: bytes | str, now: float
) -> Entry | None:
    row = connection.execute(query, (key, now), binary=True).fetchone()
    return None if row is None else entry_of(row)


def _condition(selection: Selection) -> tuple[Composed, dict[str, Any]]:
    values = {
        "tenant": selection.tenant,
        "route": selection.route,
        "model": selection.model,
        "before": selection.created_before,
    }
    parts = [part for name, part in _CONDITIONS.items() if values[name] is not None]
    return SQL(" AND ").join([SQL("true"), *parts]), values
