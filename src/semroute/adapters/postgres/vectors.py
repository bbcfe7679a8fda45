"""Vectors as the cache keeps them, and as PostgreSQL sends them."""

import struct
from typing import Final

import numpy as np
from attrs import field, frozen
from psycopg.adapt import Dumper
from psycopg.pq import Format

from .database import Connection

# The binary form of pgvector's `halfvec`: how many there are, nothing, and the numbers.
_HEAD: Final = struct.Struct("!HH")


@frozen
class Half:
    """A vector on its way to the server: little-endian float16."""

    data: bytes = field(repr=False)


def register(connection: Connection, oid: int) -> None:
    """Lets vectors be given to a connection's queries.

    Args:
        connection: Where.
        oid: What the type `halfvec` is called there; every database has its own.
    """

    class HalfDumper(Dumper):
        """Writes vectors in their binary form."""

        format = Format.BINARY

        def dump(self, obj: Half) -> bytes:
            """Returns a vector as the server reads it."""
            values = np.frombuffer(obj.data, "<f2")
            return _HEAD.pack(len(values), 0) + values.astype(">f2").tobytes()

    HalfDumper.oid = oid
    connection.adapters.register_dumper(Half, HalfDumper)


def vector_of(sent: bytes | None) -> bytes:
    """Returns what `halfvec_send` gave as little-endian float16; empty for no vector."""
    if sent is None:
        return b""
    return np.frombuffer(sent, ">f2", offset=_HEAD.size).astype("<f2").tobytes()


def cosine(one: bytes, other: bytes) -> float:
    """Returns the cosine of two vectors of equal dimension, computed in float32."""
    left = np.frombuffer(one, "<f2").astype(np.float32)
    right = np.frombuffer(other, "<f2").astype(np.float32)
    product = float(left @ right) / float(np.linalg.norm(left) * np.linalg.norm(right))
    return min(1.0, max(-1.0, product))


def has_direction(vector: bytes) -> bool:
    """Whether a vector can be compared with others."""
    length = float(np.linalg.norm(np.frombuffer(vector, "<f2").astype(np.float32)))
    return 0 < length < np.inf
