"""Files that a configuration names."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from semroute.adapters.settings import SettingsError, load_file


def errors(path: Path) -> str:
    with pytest.raises(SettingsError) as caught:
        load_file(path, dict[str, str])
    return str(caught.value).replace(str(path), path.name)


@pytest.mark.parametrize(
    "text", ["a: x\n0: y\n", '{"a": "x", "0": "y"}', '{\n\t"a": "x",\n\t"0": "y"\n}\n']
)
def test_a_file_is_yaml_or_json(tmp_path: Path, text: str) -> None:
    (tmp_path / "file").write_text(text)
    assert load_file(tmp_path / "file", dict[str, str]) == {"a": "x", "0": "y"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"- a", "file: (top): it must be a mapping"),
        (b"a", "file: (top): it must be a mapping"),
        (b"a: b\nc: 1\nd: [e]", "line 2: c: expected str, got int\nfile: line 3: d: expected str"),
        (b"a: x\n\na: x\n", "file: line 3: a: the key is there twice"),
        (b'{"a": "x",\n "a": "y"}', "file: line 2: a: the key is there twice"),
        (b"a: x\nb: [\n", "file: line 3: (top): not YAML"),
        (b"a: \xe9", "file: (top): not UTF-8: byte 3 is wrong"),
        (b"a: " + b"x" * (1 << 20), "file: (top): the file is larger than 1048576 bytes"),
        (b"a: ${HOME}", "file: line 1: a: the environment variable HOME is not set"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "file").write_bytes(content)
    assert message in errors(tmp_path / "file")


def test_what_types_cannot_say_is_told_beside_it(tmp_path: Path) -> None:
    def check(words: dict[str, str]) -> Iterator[tuple[tuple[str, ...], str]]:
        yield from (((key,), "too short") for key, word in words.items() if len(word) < 2)

    (tmp_path / "file").write_text("a: 1\nb: x\n")
    with pytest.raises(SettingsError) as caught:
        load_file(tmp_path / "file", dict[str, str], check=check)
    assert [str(each) for each in caught.value.problems] == [
        "line 1: a: expected str, got int",
        "line 2: b: too short",
    ]


def test_a_file_that_is_not_there_is_no_mistake_in_it(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load_file(tmp_path / "file", dict[str, str])


def test_nobody_waits_for_a_pipe_or_reads_without_end(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero"), tmp_path):
        assert "it is no plain file" in errors(path)
    (tmp_path / "large").touch()
    os.truncate(tmp_path / "large", 1 << 42)
    assert "larger than" in errors(tmp_path / "large")
