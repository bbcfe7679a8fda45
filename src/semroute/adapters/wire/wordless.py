"""APIs whose answers have no words in them."""

from typing import Literal

from semroute.domain.chat import Refusal
from semroute.domain.filtering import AnswerFilter, NewFilter
from semroute.domain.headers import Headers


class Wordless:
    """Half of a codec of such an API."""

    def answer_filter(
        self,
        headers: Headers,  # noqa: ARG002 - whatever they say
        new_filter: NewFilter,  # noqa: ARG002
        refusal: Refusal,  # noqa: ARG002
        *,
        on_unreadable: Literal["pass", "stop"],  # noqa: ARG002
    ) -> AnswerFilter | None:
        """Returns None: there is nothing to read."""
        return None
