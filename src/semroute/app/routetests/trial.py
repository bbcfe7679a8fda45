"""All cases tried, several at a time."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Final, TypeAlias

import trio
from attrs import frozen

from semroute.domain.http import HttpRequest
from semroute.domain.policy import Policy
from semroute.domain.ruling import Ruling

from .case import Case
from .difference import differences
from .result import Flip, Judged, Result, Unjudged
from .seen import Seen, seen_in

Progress: TypeAlias = Callable[[str, float], None]
Rule: TypeAlias = Callable[[HttpRequest], Awaitable[Ruling]]

AT_ONCE: Final = 32  # enough to fill the encoder's batches; far fewer than may wait for it


@frozen
class Trial:
    """Tries cases.

    Args:
        rule: Rules on requests, as for Envoy.
        policy: The rules it goes by.
        seconds: How long all of it may take.
    """

    rule: Rule
    policy: Policy
    seconds: float

    async def __call__(
        self, cases: Sequence[Case], progress: Progress = lambda _what, _share: None
    ) -> tuple[Result, ...]:
        """Returns what came of each case, in order.

        When the time is over, what has not been tried with all its copies is not judged.
        """
        seen: dict[tuple[int, int], Seen] = {}
        count = sum(1 + len(case.copies) for case in cases)
        todo = _requests(cases)

        async def work() -> None:
            for place, request in todo:
                seen[place] = seen_in(await self.rule(request), request, self.policy)
                progress("trying", len(seen) / count)

        with trio.move_on_after(self.seconds):
            async with trio.open_nursery() as nursery:
                for _ in range(AT_ONCE):
                    nursery.start_soon(work)
        return tuple(_result(case, index, seen) for index, case in enumerate(cases))


def _requests(cases: Sequence[Case]) -> Iterator[tuple[tuple[int, int], HttpRequest]]:
    """Yields every request with its place: the case, and 0 or the number of the copy."""
    for index, case in enumerate(cases):
        yield (index, 0), case.request
        for number, copy in enumerate(case.copies, start=1):
            yield (index, number), copy.request


def _result(case: Case, index: int, seen: dict[tuple[int, int], Seen]) -> Result:
    places = [(index, number) for number in range(1 + len(case.copies))]
    if not all(place in seen for place in places):
        return Unjudged(case)
    first, *rest = (seen[place] for place in places)
    went = zip(case.copies, (first.differs(each) for each in rest), strict=True)
    return Judged(
        case,
        first,
        differences(case.expected, first),
        tuple(Flip(copy.name, to) for copy, to in went if to),
        first.seconds + sum(each.seconds for each in rest),
    )
