import re
from typing import Annotated, Literal

import pytest
from attrs import field, frozen
from msgspec import Meta

from semroute.adapters.settings import SettingsError, json_schema, load


@frozen
class Port:
    number: Annotated[int, Meta(ge=1, le=65535)]
    weight: Annotated[float, Meta(gt=0)] = 1.0


@frozen
class House:
    name: str
    ports: dict[str, Port] = field(factory=dict)
    tags: tuple[str, ...] = ()
    mode: Literal["open", "closed"] = "open"
    is_lit: bool = False
    limit: float | None = None


def errors(text: str, **variables: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load(text, House, environ=variables)
    return [str(problem) for problem in caught.value.problems]


def test_a_document_becomes_a_typed_value() -> None:
    text = """
name: a
ports:
  one: {number: 1}
  two: {number: 2, weight: 3}
tags: [x, "2"]
mode: closed
is_lit: true
limit: 2
"""
    assert load(text, House) == House(
        "a", {"one": Port(1), "two": Port(2, 3.0)}, ("x", "2"), "closed", is_lit=True, limit=2.0
    )


@frozen
class Garden:
    beds: dict[str, int] | str
    trees: dict[str, str] | Annotated[str, Meta(min_length=2)] = field(factory=dict)


def test_the_name_of_a_file_may_stand_for_a_mapping() -> None:
    assert load("beds: {a: 1}", Garden) == Garden({"a": 1})
    read = load("beds: ${FILE}\ntrees: b.yaml\n", Garden, environ={"FILE": "a.yaml"})
    assert read == Garden("a.yaml", "b.yaml")
    assert type(read.beds) is str
    with pytest.raises(SettingsError) as caught:
        load("beds: [a]\ntrees: x\n", Garden)
    assert [str(each) for each in caught.value.problems] == [
        "line 1: beds: it must be a mapping, or the name of a file",
        "line 2: trees: expected str of length >= 2",
    ]
    with pytest.raises(SettingsError, match=r"line 1: beds\.a: expected int, got str"):
        load("beds: {a: x}", Garden)


def test_every_mistake_is_reported_with_its_line_and_place() -> None:
    text = """
name: 7
ports:
  one: {number: 0, wieght: 2}
  two: {weight: heavy}
  three: 5
tags: x
mode: clsed
is_lit: 1
colour: red
"""
    assert errors(text) == [
        "line 2: name: expected str, got int",
        "line 4: ports.one.number: expected int >= 1",
        "line 4: ports.one.wieght: unknown key; did you mean 'weight'?",
        "line 5: ports.two.number: it is required, but missing",
        "line 5: ports.two.weight: expected float, got str",
        "line 6: ports.three: it must be a mapping",
        "line 7: tags: it must be a list",
        "line 8: mode: it must be one of open, closed; did you mean 'closed'?",
        "line 9: is_lit: expected bool, got int",
        "line 10: colour: unknown key",
    ]


def test_checks_run_on_what_is_right_beside_mistakes_elsewhere() -> None:
    with pytest.raises(SettingsError) as caught:
        load(
            "name: a\nmoed: open\ntags: [x]\n",
            House,
            check=lambda house: [(("tags", 0), f"no such tag: {tag}") for tag in house.tags],
            name="house.yaml",
        )
    assert str(caught.value) == (
        "house.yaml: line 2: moed: unknown key; did you mean 'mode'?\n"
        "house.yaml: line 3: tags[0]: no such tag: x"
    )


def test_variables_are_replaced_and_keep_their_type() -> None:
    text = """
name: "${NAME} and $${NAME}"
ports:
  one:
    number: ${PORT}
    weight: "${WEIGHT:-2.5}"
tags: ["a${EMPTY:-}b"]
"""
    house = load(text, House, environ={"NAME": "you", "PORT": "8080"})
    assert type(house.name) is str  # and nothing that only looks like it
    assert house == House("you and ${NAME}", {"one": Port(8080, 2.5)}, ("ab",))


def test_a_missing_variable_is_a_mistake() -> None:
    assert errors("name: ${NOBODY}\n") == [
        "line 1: name: the environment variable NOBODY is not set"
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name: [", "not YAML"),
        ("a: b\n  c: d", "not YAML"),
        ("- a", r"\(top\): it must be a mapping"),
        ("", "name: it is required, but missing"),
        ("name: a\nname: b", "line 2: name: the key is there twice"),
        ("name: !!python/object/apply:os.system [id]", "tag .* is not allowed"),
        ("name: .nan\nlimit: .nan", "limit: it must be a finite number"),
        ("name: " + "x" * (1 << 20), "larger than"),
        (
            "a: &a [x,x,x,x,x,x,x,x,x]\n"
            + "".join(
                f"{name}: &{name} [{','.join(['*' + before] * 9)}]\n"
                for before, name in zip("abcdefgh", "bcdefghi", strict=True)
            ),
            "more than 100000 values",
        ),
        ("name: &x [*x]", "."),
    ],
)
def test_files_that_are_broken_or_hostile_are_refused(text: str, message: str) -> None:
    assert re.search(message, "\n".join(errors(text)))


def test_dates_are_only_text() -> None:
    assert load("name: 2026-11-25", House).name == "2026-11-25"


def test_the_schema_refuses_unknown_keys_and_allows_variables() -> None:
    schema = json_schema(House, "House")
    port = schema["$defs"]["Port"]
    assert port["additionalProperties"] is False
    assert port["required"] == ["number"]
    assert port["properties"]["number"]["anyOf"] == [
        {"type": "integer", "minimum": 1, "maximum": 65535},
        {"type": "string", "pattern": r"\$\{.+\}"},
    ]


def test_only_true_and_false_are_truth_values_and_off_is_a_word() -> None:
    """YAML 1.1 has others, of which `off` and `no` are wanted as words more often."""
    assert load("{name: off, tags: [yes, No, on]}", House) == House("off", tags=("yes", "No", "on"))
    assert load("{name: a, is_lit: TRUE}", House).is_lit
    assert errors("{name: a, is_lit: on}") == ["line 1: is_lit: expected bool, got str"]
