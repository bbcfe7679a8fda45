"""What the answer cache needs to know of the chat API."""

from semroute.domain.caching.answer import FitAnswer, Replayed, Unfit
from semroute.domain.caching.question import Question
from semroute.domain.chat import ChatRequest
from semroute.domain.http import LocalReply
from semroute.domain.record import UpstreamAnswer

from .fit import fit
from .question import question
from .replay import replay


class OpenAICache:
    """Reads chat requests and answers for the cache, and gives answers again. It has no state."""

    def question(self, body: bytes) -> Question:
        """Returns what a request asks, in canonical JSON."""
        return question(body)

    def fit(self, answer: UpstreamAnswer) -> FitAnswer | Unfit:
        """Returns an answer as a `chat.completion`, or why it is not kept."""
        return fit(answer)

    def replay(self, document: bytes, chat: ChatRequest, named: Replayed) -> LocalReply:
        """Returns the kept completion, or the chunks of one."""
        return replay(document, chat, named)
