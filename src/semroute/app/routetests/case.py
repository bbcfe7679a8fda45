"""One request to try, and its copies."""

import hashlib
import json
from collections.abc import Iterator
from typing import Final

from attrs import field, frozen

from semroute.domain.headers import Headers
from semroute.domain.http import HttpRequest

from .asked import PATHS, Read, documents_of, turn_of, with_turn
from .file import ApiName, Expected, JsonObject, RouteTest, RouteTests
from .variants import variants_of

REQUEST_ID: Final = "x-request-id"
"""By what a request's endpoint is drawn."""


@frozen
class Copy:
    """A request with its prompt varied.

    Args:
        name: How, as `typos 2`.
        request: The request.
    """

    name: str
    request: HttpRequest = field(repr=False)


@frozen
class Case:
    """A request, and what is expected of it.

    Args:
        name: What it is called: the test's name, and its number where the test has several.
        prompt: What the user says last, for those who may see it; empty if that is not to be found.
        request: The request.
        expected: What is to become of it.
        copies: The same, varied.
        max_flips: The share of them that may go elsewhere, from 0 to 1.
    """

    name: str
    prompt: str = field(repr=False)
    request: HttpRequest = field(repr=False)
    expected: Expected
    copies: tuple[Copy, ...] = ()
    max_flips: float = 0.0


def name_of(test: RouteTest, index: int) -> str:
    """Returns what a test is called."""
    return test.name or f"test {index + 1}"


def cases_of(tests: RouteTests, model: str, read: Read, seed: int) -> tuple[Case, ...]:
    """Returns all that is to be tried, in the file's order.

    Args:
        tests: What the file says; it must have passed `mistakes_in`.
        model: What is asked for where the file says nothing.
        read: Reads the files that tests name.
        seed: What slips are drawn from.
    """
    return tuple(
        case
        for index, test in enumerate(tests.tests)
        for case in _cases(test, name_of(test, index), tests, _Origin(model, read, seed))
    )


@frozen
class _Origin:
    model: str
    read: Read
    seed: int


def _cases(test: RouteTest, name: str, tests: RouteTests, origin: _Origin) -> Iterator[Case]:
    defaults = tests.defaults
    api = test.api or defaults.api
    documents = documents_of(test, api, origin.read)
    model = test.model or defaults.model or origin.model
    varied = test.variants.over(defaults.variants)
    for index, document in enumerate(documents):
        full = name if test.prompts is None else f"{name} [{index + 1}]"
        headers = {REQUEST_ID: _id(full)} | defaults.headers | test.headers
        asked, turn = {"model": model} | document, turn_of(document)
        yield Case(
            name=full,
            prompt=turn or "",
            request=_request(api, headers, asked),
            expected=test.expect.over(defaults.expect),
            copies=tuple(
                Copy(each.name, _request(api, headers, with_turn(asked, each.as_turn)))
                for each in variants_of(turn or "", varied, origin.seed)
            ),
            max_flips=varied.max_flips or 0.0,
        )


def _request(api: ApiName, headers: dict[str, str], document: JsonObject) -> HttpRequest:
    path = PATHS[api]
    whole = {":method": "POST", ":path": path, "content-type": "application/json"} | headers
    return HttpRequest("POST", path, Headers.of(whole), json.dumps(document).encode())


def _id(name: str) -> str:
    """Returns what a request is known by, so that it gets the same endpoint every time."""
    return hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
