"""Files of tools."""

import json
from pathlib import Path

import pytest

from semroute.adapters.settings import SettingsError, load_toolbox, toolbox_of
from semroute.domain.tools.toolbox import ToolShape

YAML = """\
tools:
  - type: function
    function:
      name: get_weather
      description: |
        Tells the weather.
        Only of today.
      parameters:
        type: object
        properties:
          city: {type: string, description: Where.}
          days: {type: integer, minimum: 1, x-of-ours: true}
        required: [city]
        additionalProperties: false
      strict: true
    tags: [weather, public]
  - function: {name: ping}
"""


def errors(text: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        toolbox_of(text)
    return [str(problem) for problem in caught.value.problems]


def test_a_file_of_tools_is_read(tmp_path: Path) -> None:
    (tmp_path / "tools.yaml").write_text(YAML)
    box = load_toolbox(tmp_path / "tools.yaml")
    weather, ping = box.definitions
    assert weather.tool.name == "get_weather"
    assert weather.tool.text.split("\n") == [
        "Tells the weather.", "Only of today.", "", "city", "Where.", "days",
    ]  # fmt: skip
    assert weather.is_strict is True
    assert weather.tags == {"weather", "public"}
    assert (ping.tool.text, ping.is_strict, ping.tags) == ("", None, frozenset())


def test_schemas_go_through_as_they_are() -> None:
    document = json.loads(toolbox_of(YAML).definitions[0].document)
    assert document["function"]["parameters"] == {
        "type": "object",
        "properties": {
            "city": {"type": "string", "description": "Where."},
            "days": {"type": "integer", "minimum": 1, "x-of-ours": True},
        },
        "required": ["city"],
        "additionalProperties": False,
    }


def test_a_tool_without_parameters_takes_none() -> None:
    document = json.loads(toolbox_of(YAML).definitions[1].rendered(ToolShape.MESSAGES))
    assert document == {"name": "ping", "input_schema": {"type": "object", "properties": {}}}


def test_a_list_as_clients_send_it_is_a_file_too() -> None:
    tools = [json.loads(each.document) for each in toolbox_of(YAML).definitions]
    again = toolbox_of(json.dumps(tools))
    assert again.tools == toolbox_of(YAML).tools
    assert [json.loads(each.document) for each in again.definitions] == tools


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "tools: it must be a list of at least one tool"),
        ("[]", "it must be a list of at least one tool"),
        ("tools: {}", "line 1: tools: it must be a list of at least one tool"),
        ("tool: []", "tool: there is no such key; did you mean 'tools'?"),
        ("- ping", "[0]: it must be a map with a function"),
        ("- {name: ping}", "[0].name: there is no such key"),
        ("- {function: ping}", "[0].function: it must be a map with a name"),
        ("- {function: {}}", "[0].function.name: it must be 1 to 64 letters"),
        ("- {function: {name: a.b}}", "[0].function.name: it must be 1 to 64 letters"),
        ("- {function: {name: 7}}", "[0].function.name: it must be 1 to 64 letters"),
        ("- {function: {name: a, description: 7}}", "[0].function.description: it must be text"),
        ("- {function: {name: a, desciption: x}}", "did you mean 'description'?"),
        ("- {function: {name: a, strict: 1}}", "[0].function.strict: it must be true or false"),
        ("- {function: {name: a, parameters: []}}", "a JSON Schema whose type is object"),
        ("- {function: {name: a, parameters: {type: string}}}", "whose type is object"),
        (
            "- {function: {name: a, parameters: {type: object, x: .inf}}}",
            "[0].function.parameters.x: JSON has no such number",
        ),
        ("- {type: custom, function: {name: a}}", "[0].type: it must be function"),
        ("- {tags: a, function: {name: a}}", "[0].tags: it must be a list of words"),
        ("- {tags: [1], function: {name: a}}", "[0].tags: it must be a list of words"),
        ("- function: {name: a}\n- function: {name: a}", "line 2: [1].function.name: [0].function"),
        ("- {function: {name: a, name: b}}", "the key is there twice"),
        ("- function: !!python/name:os {name: a}", "is not allowed"),
        ("{", "not YAML"),
    ],
)
def test_what_cannot_be_used_is_told_with_its_place(text: str, message: str) -> None:
    assert any(message in error for error in errors(text)), errors(text)


def test_every_mistake_is_told_at_once_in_the_order_of_the_file() -> None:
    found = errors(
        "- function: {name: a b}\n- function: {name: ok}\n- {function: {name: c}, tag: []}\n- 7\n"
    )
    assert [error.partition(":")[0] for error in found] == ["line 1", "line 3", "line 4"]


def test_a_schema_too_deep_to_make_sense_is_refused() -> None:
    schema: dict[str, object] = {"type": "string"}
    for _ in range(40):
        schema = {"type": "object", "not": schema}
    (error,) = errors(json.dumps([{"function": {"name": "a", "parameters": schema}}]))
    assert "levels deep" in error


def test_the_file_is_named_in_its_mistakes(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("- 7")
    with pytest.raises(SettingsError, match=r"mine\.yaml: line 1: \[0\]"):
        load_toolbox(path)
    path.write_bytes(b"- \xff")
    with pytest.raises(SettingsError, match="not UTF-8: byte 2 is wrong"):
        load_toolbox(path)
    with pytest.raises(FileNotFoundError):
        load_toolbox(tmp_path / "nowhere.yaml")
