"""Forms with files in them (`multipart/form-data`), taken apart strictly.

Parsers of forms are lenient, each in its own way, and a form can be made that one of them takes
for a picture and another for a prompt. So only that is read here which nobody reads otherwise: a
delimiter that stands anywhere else than between parts, a line of a head that is folded or says
something twice, and whatever is encoded are the client's fault. What browsers and HTTP clients
send has none of it (RFC 7578).
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final, Self
from urllib.parse import unquote

from attrs import evolve, field, frozen

from semroute.domain.errors import InvalidRequestError

# Whoever has more fields is up to something; servers in Python take as many.
MAX_PARTS: Final = 1000

_LINE: Final = b"\r\n"
_END: Final = b"--"
_PARAMETER: Final = re.compile(
    r';[ \t]*+([A-Za-z-]++\*?)=(?:"([^"\x00-\x1f]*+)"|([^\s";,]++))[ \t]*+'
)
_VALUE: Final = re.compile(
    rf"([A-Za-z-]++(?:/[\w.+-]++)?)[ \t]*+((?:{_PARAMETER.pattern})*)(?:;[ \t]*+)?"
)
_BOUNDARY: Final = re.compile(r"[0-9A-Za-z'()+_,./:=?-]{1,70}")
_HEADER: Final = re.compile(r"([A-Za-z-]++):[ \t]*+([^\x00-\x1f\x7f]*+)")
_DISPOSITION: Final = "content-disposition"
_TYPE: Final = "content-type"
_ENCODING: Final = "content-transfer-encoding"
_LENGTH: Final = "content-length"
_KNOWN: Final = frozenset({_DISPOSITION, _TYPE, _ENCODING, _LENGTH})
_PLAIN: Final = frozenset({"binary", "8bit", "7bit"})
_CHARSETS: Final = frozenset({"utf-8", "us-ascii"})
_LATIN: Final = "iso-8859-1"  # what some clients call ASCII
_NESTED: Final = ("multipart/", "message/")

_NO_FORM: Final = "A form must be multipart/form-data and say its boundary."
_NO_TEXT: Final = "A form must be UTF-8."
_NOT_PARTED: Final = "The form has no end, too many parts, or a delimiter that is none."
_NO_PART: Final = "A part of the form has no head, or no end."
_NO_FIELD: Final = "A part of the form does not say which field it is."
_ENCODED: Final = "A part of the form is encoded, or made of parts."
_ODD_LINE: Final = "A part of the form has a line in its head that has no business there."
_ODD_HEAD: Final = "A form, or a part of it, has a head that makes no sense."
_TWICE: Final = "A form, or a part of it, says something twice."


@frozen
class Part:
    """One part of a form.

    Args:
        name: The field it is.
        filenames: What it calls its file, which clients may say in two ways; none for a text.
        head: The lines before its content.
        content: What it is.
    """

    name: str
    filenames: tuple[str, ...] = field(repr=False)
    head: tuple[bytes, ...] = field(repr=False)
    content: bytes = field(repr=False)

    @property
    def is_file(self) -> bool:
        """Whether it says that it is somebody's file."""
        return bool(self.filenames)

    @property
    def text(self) -> str | None:
        """Its content as text; None if it is none."""
        return _text_of(self.content)

    def saying(self, text: str) -> Self:
        """Returns the part with another text. How long it is need not be said, and no longer is."""
        head = tuple(line for line in self.head if not line.lower().startswith(b"content-length:"))
        return evolve(self, head=head, content=text.encode())


@frozen
class Form:
    """A form.

    Args:
        delimiter: What stands before each part.
        parts: What stands in it.
        tail: What stands after its end: nothing, or the end of the line.
    """

    delimiter: bytes = field(repr=False)
    parts: tuple[Part, ...]
    tail: bytes = b""

    @classmethod
    def of(cls, body: bytes, content_type: str) -> Self:
        """Reads a form.

        Args:
            body: The form.
            content_type: What the request says of it.

        Raises:
            InvalidRequestError: It is none, or one that others may read otherwise; the client's
                fault.
        """
        kind, parameters = _read(content_type)
        boundary = parameters.pop("boundary", "")
        if kind != "multipart/form-data" or not _BOUNDARY.fullmatch(boundary):
            raise InvalidRequestError(_NO_FORM)
        if set(parameters) - {"charset"} or not _is_utf8(parameters):
            raise InvalidRequestError(_NO_TEXT)
        return cls.delimited(body, _END + boundary.encode())

    @classmethod
    def delimited(cls, body: bytes, delimiter: bytes) -> Self:
        """Reads a form whose delimiter is known.

        Raises:
            InvalidRequestError: It is none.
        """
        first, *pieces = body.split(delimiter, MAX_PARTS + 1)
        *pieces, last = pieces or [first]
        if first or last not in {_END, _END + _LINE}:
            raise InvalidRequestError(_NOT_PARTED)
        return cls(delimiter, tuple(map(_part, pieces)), last.removeprefix(_END))

    @classmethod
    def again(cls, body: bytes) -> Self:
        """Reads a form that has been read before: it begins with its delimiter."""
        return cls.delimited(body, body.partition(_LINE)[0])

    def encoded(self) -> bytes:
        """Returns it as it is sent; what was read and not changed has the bytes it had."""
        return b"".join((*self._pieces(), self.delimiter, _END, self.tail))

    def _pieces(self) -> Iterator[bytes]:
        for part in self.parts:
            yield self.delimiter + _LINE
            yield from (line + _LINE for line in part.head)
            yield _LINE + part.content + _LINE


def is_form(content_type: str) -> bool:
    """Whether a body says it has several parts, be they those of a form or not."""
    return content_type.lstrip().lower().startswith("multipart/")


def _part(piece: bytes) -> Part:
    head, gap, content = piece.partition(_LINE * 2)
    if not (gap and head.startswith(_LINE) and content.endswith(_LINE)):
        raise InvalidRequestError(_NO_PART)
    lines = head.removeprefix(_LINE).split(_LINE)
    content = content.removesuffix(_LINE)
    headers = _headers(lines)
    kind, named = _read(headers.get(_DISPOSITION, ""))
    filenames = tuple(_filenames(named))
    name = named.pop("name", "")
    if kind != "form-data" or not name or set(named) - {"filename", "filename*"}:
        raise InvalidRequestError(_NO_FIELD)
    part = Part(name, filenames, tuple(lines), content)
    if not _is_plain(headers, part):
        raise InvalidRequestError(_ENCODED)
    return part


def _headers(lines: Sequence[bytes]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for line in lines:
        match = _HEADER.fullmatch(line.decode("utf-8", "replace"))
        if match is None or match[1].lower() not in _KNOWN or match[1].lower() in headers:
            raise InvalidRequestError(_ODD_LINE)
        headers[match[1].lower()] = match[2].rstrip(" \t")
    return headers


def _is_plain(headers: dict[str, str], part: Part) -> bool:
    """Whether the content of a part is what it looks like."""
    kind, said = _read(headers[_TYPE]) if _TYPE in headers else ("", {})
    return (
        (part.is_file or _is_text(part.content, said))
        and not kind.startswith(_NESTED)
        and headers.get(_ENCODING, "binary").lower() in _PLAIN
        and headers.get(_LENGTH, f"{len(part.content)}") == f"{len(part.content)}"
    )


def _read(value: str) -> tuple[str, dict[str, str]]:
    """Returns what a header says, in lower case, and its parameters."""
    match = _VALUE.fullmatch(value.strip(" \t"))
    if match is None:
        raise InvalidRequestError(_ODD_HEAD)
    told = [(each[1].lower(), each[2] or each[3] or "") for each in _PARAMETER.finditer(match[2])]
    parameters = dict(told)
    if len(parameters) != len(told):
        raise InvalidRequestError(_TWICE)
    return match[1].lower(), parameters


def _filenames(named: dict[str, str]) -> Iterator[str]:
    if "filename" in named:
        yield named["filename"]
    if "filename*" in named:
        yield unquote(named["filename*"].rpartition("'")[2])


def _is_text(content: bytes, said: dict[str, str]) -> bool:
    """Whether the content of a field is the same text for whoever reads it."""
    if content.isascii() and said.get("charset", "").lower() == _LATIN:
        return True
    return _is_utf8(said) and _text_of(content) is not None


def _text_of(content: bytes) -> str | None:
    try:
        return content.decode()
    except UnicodeDecodeError:
        return None


def _is_utf8(parameters: dict[str, str]) -> bool:
    return parameters.get("charset", "utf-8").lower() in _CHARSETS
