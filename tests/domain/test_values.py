"""Small values: headers, addresses, header names, admission."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semroute.domain.address import Address
from semroute.domain.admission import fault_in
from semroute.domain.budget import ByteBudget
from semroute.domain.headers import HeaderEdit, Headers
from semroute.domain.http import BodyFault, HttpRequest
from semroute.domain.naming import HeaderNames
from semroute.domain.reasons import Reason
from semroute.domain.routing import RoutingDecision
from semroute.domain.suggestions import did_you_mean


@given(st.lists(st.tuples(st.sampled_from(["a", "b", "c"]), st.binary())))
def test_any_bytes_are_a_header_value(fields: list[tuple[str, bytes]]) -> None:
    headers = Headers(tuple(fields))
    assert len(headers) == len(fields)
    for name in ("a", "b", "c"):
        first = next((value for key, value in fields if key == name), None)
        found = headers.get(name)
        assert found is None if first is None else found == first.decode("latin-1")
        assert (name in headers) is (first is not None)


def test_present_names_come_once_and_in_order() -> None:
    headers = Headers((("b", b"1"), ("a", b"2"), ("b", b"3")))
    assert headers.named(["a", "b", "z"]) == ("b", "a")


def test_an_empty_edit_is_false() -> None:
    assert not HeaderEdit()
    assert HeaderEdit({"a": "1"})
    assert HeaderEdit(remove=("a",))
    assert HeaderEdit({"a": "1"}, ("z",)).and_removed(("a", "y", "z")) == HeaderEdit(
        {"a": "1"}, ("z", "y")
    )
    assert HeaderEdit({"a": "1"}, ("z",)).and_set({"b": "2"}) == HeaderEdit(
        {"a": "1", "b": "2"}, ("z",)
    )


def test_a_budget_gives_what_it_has_and_no_more() -> None:
    budget = ByteBudget(10)
    assert budget.take(7)
    assert not budget.take(4)
    assert budget.take(3)
    budget.give(5)
    assert budget.used == 5


@pytest.mark.parametrize(
    ("text", "address", "is_local"),
    [
        ("127.0.0.1:80", Address("127.0.0.1", 80), True),
        ("[::1]:0", Address("::1", 0), True),
        ("localhost:1", Address("localhost", 1), True),
        ("LOCALHOST:1", Address("LOCALHOST", 1), True),
        ("[::ffff:127.0.0.1]:1", Address("::ffff:127.0.0.1", 1), True),
        ("0.0.0.0:80", Address("0.0.0.0", 80), False),
        ("models.example:443", Address("models.example", 443), False),
    ],
)
def test_an_address_is_read_and_written(text: str, address: Address, is_local: bool) -> None:  # noqa: FBT001
    assert Address.parse(text) == address
    assert str(address) == text
    assert address.is_local is is_local


def test_a_path_is_an_address() -> None:
    address = Address.parse("unix:/run/x.sock")
    assert str(address.path) == "/run/x.sock"
    assert str(address) == "unix:/run/x.sock"
    assert address.is_local


@pytest.mark.parametrize(
    "text",
    [
        "", ":80", "host", "host:", "host:x", "host:65536", "unix:", "host:-1", "host:\u0661",
        "a b:80", "user@host:80", "[zz]:80", "[host]:80", "999.1.1.1:80", "1.2:80", "-a:80",
        "a..b:80", f"{'a' * 64}:80", f"{'a.' * 130}:80", "[fe80::1%eth0]:80", "h/p:80",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="neither"):
        Address.parse(text)


@pytest.mark.parametrize(
    ("one", "other", "overlap"),
    [
        ("127.0.0.1:80", "127.0.0.1:80", True),
        ("127.0.0.1:80", "127.0.0.1:81", False),
        ("127.0.0.1:0", "127.0.0.1:0", False),
        ("0.0.0.0:80", "127.0.0.1:80", True),
        ("localhost:80", "127.0.0.1:80", True),
        ("127.0.0.1:80", "10.0.0.1:80", False),
        ("[::1]:80", "[0::1]:80", True),
        ("unix:/a", "unix:/a", True),
        ("unix:/a", "unix:/b", False),
        ("unix:/a", "127.0.0.1:80", False),
    ],
)
def test_two_sockets_may_be_in_each_others_way(one: str, other: str, overlap: bool) -> None:  # noqa: FBT001
    assert Address.parse(one).overlaps(Address.parse(other)) is overlap
    assert Address.parse(other).overlaps(Address.parse(one)) is overlap


@pytest.mark.parametrize(
    ("text", "message"),
    [("http://host:80", "has a scheme"), ("::1:80", "must be in brackets, as .::1.")],
)
def test_a_near_address_is_refused_with_advice(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Address.parse(text)


@given(st.from_regex(r"[A-Za-z0-9_.:\[\]-]{1,40}", fullmatch=True))
def test_what_is_read_as_an_address_is_written_the_same(text: str) -> None:
    try:
        address = Address.parse(text)
    except ValueError:
        return
    assert Address.parse(str(address)) == address


@pytest.mark.parametrize(
    ("first", "third"),
    [
        ("127.0.0.1:50051", "127.0.0.1:50053"),
        ("[::1]:1", "[::1]:3"),
        ("127.0.0.1:0", "127.0.0.1:0"),
        ("unix:/run/x.sock", "unix:/run/x-2.sock"),
        ("unix:/run/x", "unix:/run/x-2"),
    ],
)
def test_processes_side_by_side_have_addresses_side_by_side(first: str, third: str) -> None:
    assert Address.parse(first).sibling(0) == Address.parse(first)
    assert Address.parse(first).sibling(2) == Address.parse(third)


def test_headers_carry_the_decision_both_ways() -> None:
    names = HeaderNames("x-to", "x-model", "x-sure")
    decision = RoutingDecision("big", "gpu", Reason.CLASSIFIER, "math", 0.98765)
    assert names.on_request(decision) == {"x-to": "gpu", "x-model": "big", "x-sure": "0.988"}
    assert names.on_response(decision) == {
        "x-model": "big",
        "x-sure": "0.988",
        "x-semroute-model": "big",
        "x-semroute-route": "math",
        "x-semroute-confidence": "0.988",
        "x-semroute-reason": "classifier",
    }
    told = {*names.on_request(decision), *names.on_response(decision)}
    assert told <= set(names.owned)


def test_an_endpoint_may_be_told_by_something_else_than_its_name() -> None:
    names = HeaderNames("x-to", endpoint_values={"gpu": "10.0.0.7:8000"})
    decision = RoutingDecision("big", "gpu", Reason.CLASSIFIER)
    assert names.on_request(decision)["x-to"] == "10.0.0.7:8000"
    assert names.endpoint_value("cpu") == "cpu"


def request(fault: BodyFault | None = None, **fields: str) -> HttpRequest:
    headers = Headers.of({name.replace("_", "-"): value for name, value in fields.items()})
    return HttpRequest("POST", "/v1/chat/completions", headers, b"{}", fault)


@pytest.mark.parametrize(
    ("given_request", "status"),
    [
        (request(), None),
        (request(content_encoding="identity"), None),
        (request(content_encoding=" Identity "), None),
        (request(content_encoding="gzip"), 415),
        (request(content_encoding="identity, gzip"), 415),
        (request(BodyFault.TOO_LARGE), 413),
        (request(BodyFault.UNREAD), 500),
        (request(BodyFault.PARTIAL), 413),
    ],
)
def test_what_cannot_be_read_is_turned_away(given_request: HttpRequest, status: int | None) -> None:
    refused = fault_in(given_request)
    assert (refused and refused.status) == status


def test_near_misses_get_a_suggestion() -> None:
    assert did_you_mean("wieght", ["weight", "name"]) == "; did you mean 'weight'?"
    assert did_you_mean("zzz", ["weight"]) == ""
