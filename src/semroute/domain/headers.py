"""HTTP header fields as values."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, Self

from attrs import field, frozen


@frozen
class Headers:
    """An ordered list of header fields, looked up without regard to case.

    Names are lower case, as HTTP/2 has them. Values are bytes, because that is all the wire
    promises: `x-user: é` arrives as whatever the client sent.
    """

    fields: tuple[tuple[str, bytes], ...] = ()

    @classmethod
    def of(cls, pairs: Mapping[str, str]) -> Self:
        """Builds headers from latin-1 text, lower-casing the names."""
        return cls(tuple((name.lower(), value.encode("latin-1")) for name, value in pairs.items()))

    def get(self, name: str) -> str | None:
        """Returns the first value of `name`, or None.

        Bytes that are not ASCII come back as latin-1, so no value can make a lookup fail.
        """
        for key, value in self.fields:
            if key == name:
                return value.decode("latin-1")
        return None

    def named(self, names: Iterable[str]) -> tuple[str, ...]:
        """Returns those of `names` that are present here, each once, in this order."""
        wanted = frozenset(names)
        return tuple(dict.fromkeys(key for key, _ in self.fields if key in wanted))

    def __contains__(self, name: object) -> bool:
        return any(key == name for key, _ in self.fields)

    def __iter__(self) -> Iterator[tuple[str, bytes]]:
        return iter(self.fields)

    def __len__(self) -> int:
        return len(self.fields)


@frozen
class HeaderEdit:
    """A change to a header block: names in `set` are overwritten, names in `remove` deleted.

    Values are latin-1 text, as `Headers.get` returns it.
    """

    set: Mapping[str, str] = field(factory=dict)
    remove: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.set or self.remove)

    def and_set(self, more: Mapping[str, str]) -> "HeaderEdit":
        """Returns this edit with `more` set as well."""
        return HeaderEdit({**self.set, **more}, self.remove)

    def and_removed(self, names: tuple[str, ...]) -> "HeaderEdit":
        """Returns this edit with `names` removed as well, unless it sets them."""
        more = tuple(name for name in names if name not in self.set and name not in self.remove)
        return HeaderEdit(self.set, (*self.remove, *more))


NO_EDIT: Final = HeaderEdit()
