"""JSON lines, as people have them."""

from semroute.app.json_lines import Mistake, objects_in


def test_blank_lines_are_no_objects_and_are_counted() -> None:
    assert list(objects_in('\n{"a": 1}\n \r\n{"a": 2}\n\n')) == [(2, {"a": 1}), (4, {"a": 2})]


def test_the_mark_that_spreadsheets_write_is_no_part_of_it() -> None:
    assert list(objects_in('\ufeff{"a": "\ufeff"}')) == [(1, {"a": "\ufeff"})]


def test_what_is_no_object_is_told() -> None:
    lines = ["{", "[]", "[" * 100_000, "1" * 5_000]
    told = [each.what for _, each in objects_in("\n".join(lines)) if isinstance(each, Mistake)]
    assert told == [
        "not JSON: Expecting property name enclosed in double quotes",
        "it must be an object",
        "not JSON that anybody could read: it is nested too deeply",
        "not JSON that anybody could read: a number in it is too long",
    ]
