"""Requests that a model will read and that we do not route: screened, and sent on."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Final, TypeAlias, assert_never

import trio
from attrs import evolve, field, frozen

from semroute.domain.admission import fault_in
from semroute.domain.decisions import select
from semroute.domain.errors import InvalidRequestError
from semroute.domain.guarded import decide_unrouted
from semroute.domain.guards import Guards, Mode
from semroute.domain.headers import Headers
from semroute.domain.http import HttpRequest
from semroute.domain.judgement import judge_unread
from semroute.domain.passage import Passage, Path, Texts
from semroute.domain.ports import TextCodec
from semroute.domain.reasons import Reason
from semroute.domain.ruling import RequestFacts, Ruling, Timings
from semroute.domain.screening import Screening
from semroute.domain.strictness import strictest
from semroute.domain.verdict import Blocked, PassedThrough, Refused

from .parsing import parsed
from .rulings import Rulings
from .senses import Senses

ScreenTexts: TypeAlias = Callable[[Sequence[Passage], Sequence[Path]], Awaitable[Screening]]
"""Looks for what the checks are about. It never raises: what cannot be checked is a finding."""

_BAD_REQUEST: Final = 400
_FORBIDDEN: Final = 403
_UNREAD: Final = InvalidRequestError(
    "Answers must be screened, and those of this API cannot be. Use /v1/chat/completions.",
    code="answers_unscreened",
)

_FILE: Final = Texts(opaque=((),))


@frozen
class ScreenUnrouted:
    """Rules on requests of one API that we do not route.

    Args:
        codec: Speaks the API, as far as texts and errors go.
        rulings: Words what was decided, as the API does.
        screen: Looks for what the checks are about.
        senses: Finds out what became of signals that are not about the body.
        answers_in_words: Whether what comes back would have to be screened, too.
        is_read: Whether bodies are; if not, whatever is sent is a file.
    """

    codec: TextCodec
    rulings: Rulings
    screen: ScreenTexts
    senses: Senses = field(factory=Senses)
    answers_in_words: bool = True
    is_read: bool = True

    async def __call__(self, request: HttpRequest, facts: RequestFacts) -> Ruling:
        """Rules on one request. Cancelled, it leaves nothing behind."""
        decisions = self._decisions(request.headers)
        guards = self.rulings.policy.all_guards_of_unrouted(decisions)
        answers = strictest(guards).answers
        is_unread = self.answers_in_words and answers.mode is not Mode.OFF
        if is_unread and answers.mode is Mode.ENFORCE and answers.is_closed:
            ruling = self.rulings.refused(Refused(_FORBIDDEN, _UNREAD), facts)
        else:
            ruling = await self._ruled(request, facts, decisions, guards)
        # It counts whatever else the request is refused for: this would have come first.
        return evolve(ruling, unread=answers if is_unread else None)

    async def _ruled(
        self,
        request: HttpRequest,
        facts: RequestFacts,
        decisions: Sequence[str | None],
        guards: Sequence[Guards],
    ) -> Ruling:
        started = trio.current_time()
        texts = await self._read(request) if self.is_read else _FILE
        if isinstance(texts, Refused):
            return self._unread(texts, request, facts, guards)
        screening = await self.screen(texts.passages, texts.opaque)
        seconds = trio.current_time() - started
        verdict = decide_unrouted(screening, self.rulings.policy, texts.model, decisions)
        match verdict:
            case Blocked():
                ruling = self.rulings.blocked(verdict, None, facts)
            case PassedThrough():
                ruling = self.rulings.passed(verdict, request.body, texts.passages, facts)
            case _ as never:
                assert_never(never)
        timings = Timings(screen=seconds, total=seconds)
        return evolve(ruling, screening=screening, timings=timings)

    async def _read(self, request: HttpRequest) -> Texts | Refused:
        """Returns what a model may read in a request, or why nobody can tell."""
        refused = fault_in(request)
        if refused is not None:
            return refused
        read = partial(self.codec.read, content_type=_content_type(request.headers))
        try:
            return await parsed(read, request.body)
        except InvalidRequestError as error:
            return Refused(_BAD_REQUEST, error)

    def _decisions(self, headers: Headers) -> tuple[str | None, ...]:
        """Returns the decisions that a request may be of, as far as its headers and the time tell.

        Nobody reads it for anything else, so it may be of all that turn on more: their guards hold.
        """
        policy = self.rulings.policy
        selection = select(policy.decisions, self.senses.beside(headers))
        chosen = None if selection.chosen is None else selection.chosen.name
        return (chosen, *(each.name for each in selection.undecided))

    def _unread(
        self,
        refused: Refused,
        request: HttpRequest,
        facts: RequestFacts,
        every: Sequence[Guards],
    ) -> Ruling:
        """What nobody could read slips by only where no check is enforced."""
        guards = strictest(every)
        if guards.enforces:
            return self.rulings.refused(refused, facts)
        verdict = PassedThrough(Reason.UNREADABLE, judge_unread(guards))
        return self.rulings.passed(verdict, request.body, (), facts)


def _content_type(headers: Headers) -> str:
    """Returns what a request says of its body; if it says that twice, both."""
    said = (value for name, value in headers if name == "content-type")
    return b", ".join(said).decode("latin-1")
