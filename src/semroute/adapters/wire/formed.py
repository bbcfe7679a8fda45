"""The texts of a form: found, and replaced where they stand.

The fields of a form have the names and the meaning that they have in JSON, so they are looked at
as if they stood there. A file is opaque, whatever it says it is. What can be read of it is read
besides, because there are servers that do not care whether a prompt comes as a file.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from attrs import evolve

from semroute.domain.errors import InvalidRequestError
from semroute.domain.passage import Origin, Passage, Path, Texts
from semroute.domain.routing import ChatEdit

from .forms import Form, Part
from .passages import passages_of
from .strictjson import Json

_MODEL: Final = "model"


def texts_of(body: bytes, content_type: str) -> Texts:
    """Reads every text of a form.

    Raises:
        InvalidRequestError: It is none, or one that others may read otherwise; the client's fault.
    """
    placed = _placed(Form.of(body, content_type).parts)
    reading = passages_of(_document(placed))
    files = {path: part for path, part in placed if part.is_file}
    fields = (_as_sent(passage, files) for passage in reading.passages)
    return Texts((*fields, *_in_files(files)), (*reading.opaque, *files), _model_in(placed))


def edited(body: bytes, edit: ChatEdit) -> bytes:
    """Returns a form that has been read before, with other texts in some fields.

    Raises:
        LookupError: There is no field at a place the edit names; our own fault.
    """
    form = Form.again(body)
    placed = _placed(form.parts)
    if not edit.texts.keys() <= {path for path, part in placed if not part.is_file}:
        message = "An edit names a place where the form has no text."
        raise LookupError(message)
    parts = (part.saying(edit.texts[path]) if path in edit.texts else part for path, part in placed)
    return evolve(form, parts=tuple(parts)).encoded()


def _placed(parts: Sequence[Part]) -> list[tuple[Path, Part]]:
    """Returns the parts with their places: a field that comes more than once is a list."""
    counts = Counter(part.name for part in parts)
    seen: Counter[str] = Counter()
    placed: list[tuple[Path, Part]] = []
    for part in parts:
        path = (part.name,) if counts[part.name] == 1 else (part.name, seen[part.name])
        placed.append((path, part))
        seen[part.name] += 1
    return placed


def _document(placed: Sequence[tuple[Path, Part]]) -> dict[str, Json]:
    """Returns a form as it would look in JSON."""
    document: dict[str, Json] = {}
    for path, part in placed:
        value: Json = {"filename": list(part.filenames)} if part.is_file else part.text
        if len(path) == 1:
            document[part.name] = value
        else:
            values = document.setdefault(part.name, [])
            assert isinstance(values, list)
            values.append(value)
    return document


def _as_sent(passage: Passage, files: Mapping[Path, Part]) -> Passage:
    """Returns a passage as it stands in a form, where names of files are not overwritten."""
    is_of_file = passage.path[:1] in files or passage.path[:2] in files
    return evolve(passage, is_editable=False) if is_of_file else passage


def _in_files(files: Mapping[Path, Part]) -> Iterator[Passage]:
    """Yields what can be read of files. They are data, and somebody's: they stay as they are."""
    for path, part in files.items():
        text = part.text
        if text:
            yield Passage((*path, "content"), Origin.TOOL, text, is_editable=False)


def _model_in(placed: Sequence[tuple[Path, Part]]) -> str:
    models = [part for path, part in placed if part.name == _MODEL]
    if len(models) > 1 or any(part.is_file for part in models):
        message = "The form must name one model."
        raise InvalidRequestError(message, _MODEL)
    return (models[0].text or "") if models else ""
