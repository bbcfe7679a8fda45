"""Requests that a model will read and that we do not route: screened, and sent on."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeAlias, assert_never

import trio
from attrs import evolve, frozen

from semroute.domain.admission import fault_in
from semroute.domain.errors import InvalidRequestError
from semroute.domain.guards import Mode
from semroute.domain.http import HttpRequest
from semroute.domain.passage import Passage, Path
from semroute.domain.ports import TextCodec
from semroute.domain.reasons import Reason
from semroute.domain.ruling import RequestFacts, Ruling, Timings
from semroute.domain.screening import Screening
from semroute.domain.verdict import Blocked, PassedThrough, Refused, decide_unrouted

from .parsing import parsed
from .rulings import Rulings

ScreenTexts: TypeAlias = Callable[[Sequence[Passage], Sequence[Path]], Awaitable[Screening]]
"""Looks for what the checks are about. It never raises: what cannot be checked is a finding."""

_BAD_REQUEST: Final = 400
_FORBIDDEN: Final = 403
_UNREAD: Final = InvalidRequestError(
    "Answers must be screened, and those of this API cannot be. Use /v1/chat/completions.",
    code="answers_unscreened",
)


@frozen
class ScreenUnrouted:
    """Rules on requests of one API that we do not route.

    Args:
        codec: Speaks the API, as far as texts and errors go.
        rulings: Words what was decided, as the API does.
        screen: Looks for what the checks are about.
        answers_in_words: Whether what comes back would have to be screened, too.
    """

    codec: TextCodec
    rulings: Rulings
    screen: ScreenTexts
    answers_in_words: bool = True

    async def __call__(self, request: HttpRequest, facts: RequestFacts) -> Ruling:
        """Rules on one request. Cancelled, it leaves nothing behind."""
        started = trio.current_time()
        if self.answers_in_words and self._must_read_answers:
            return self.rulings.refused(Refused(_FORBIDDEN, _UNREAD), facts)
        refused = fault_in(request)
        if refused is not None:
            return self._unread(refused, request, facts)
        try:
            texts = await parsed(self.codec.read, request.body)
        except InvalidRequestError as error:
            return self._unread(Refused(_BAD_REQUEST, error), request, facts)
        screening = await self.screen(texts.passages, texts.opaque)
        seconds = trio.current_time() - started
        verdict = decide_unrouted(screening, self.rulings.policy, texts.model)
        match verdict:
            case Blocked():
                ruling = self.rulings.blocked(verdict, None, facts)
            case PassedThrough():
                ruling = self.rulings.passed(verdict, request.body, texts.passages, facts)
            case _ as never:
                assert_never(never)
        timings = Timings(screen=seconds, total=seconds)
        return evolve(ruling, screening=screening, timings=timings)

    @property
    def _must_read_answers(self) -> bool:
        every = (guards.answers for guards in self.rulings.policy.all_unrouted_guards)
        return any(guard.mode is Mode.ENFORCE and guard.is_closed for guard in every)

    def _unread(self, refused: Refused, request: HttpRequest, facts: RequestFacts) -> Ruling:
        """What nobody could read slips by only where no check is enforced."""
        if any(guards.enforces for guards in self.rulings.policy.all_unrouted_guards):
            return self.rulings.refused(refused, facts)
        return self.rulings.passed(PassedThrough(Reason.UNREADABLE), request.body, (), facts)
