"""Files that a configuration names, read as carefully as it is."""

import stat
from pathlib import Path as FilePath
from typing import TypeVar

from .document import Check, load
from .problems import Problem, SettingsError
from .yamltree import MAX_BYTES

T = TypeVar("T")


def load_file(path: FilePath, into: type[T], *, check: Check[T] = lambda _: ()) -> T:
    """Reads a file, YAML or JSON, as `load` does. No variable may stand in it.

    Args:
        path: The file. No more of it is read than may be.
        into: What it is, as for `load`.
        check: Finds what the types cannot say, as (path, message) pairs.

    Raises:
        OSError: The file cannot be read.
        SettingsError: Something in it is wrong, or it is no plain file; the error lists everything
            that is.
    """
    if not stat.S_ISREG(path.stat().st_mode):  # a pipe would be waited for, perhaps for ever
        raise SettingsError((Problem((), "it is no plain file"),), str(path))
    with path.open("rb") as file:
        content = file.read(MAX_BYTES + 1)
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        problem = Problem((), f"not UTF-8: byte {error.start} is wrong")
        raise SettingsError((problem,), str(path)) from error
    return load(text, into, check=check, name=str(path))
