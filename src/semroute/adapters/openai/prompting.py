"""Where OpenAI's APIs have a system prompt, and how another one is put there."""

from typing import Final

import msgspec

from semroute.adapters.wire.prompted import prompted
from semroute.adapters.wire.raw import Fields, Raw, fields_of, is_list, items_of, written
from semroute.domain.chat import Role
from semroute.domain.routing import SystemPrompt, SystemPromptMode

_MESSAGES: Final = "messages"
_INSTRUCTIONS: Final = "instructions"
_INSTRUCTING: Final = frozenset({Role.SYSTEM.value, Role.DEVELOPER.value})


class _Turn(msgspec.Struct):
    role: str


_TURN: Final = msgspec.json.Decoder(_Turn)


def prompt_chat(fields: Fields, system: SystemPrompt) -> None:
    """Puts a system prompt into a chat request.

    It goes into the first message that is one, which keeps its role. If there is none, it becomes
    the first message. What replaces takes the place of all those that the request begins with.

    Raises:
        LookupError: There are no messages, or the one that it belongs to has no text.
    """
    given = fields.get(_MESSAGES)
    if not is_list(given):
        message = "An edit names messages that are not there."
        raise LookupError(message)
    turns = items_of(given)
    roles = [_TURN.decode(turn).role for turn in turns]
    at = [index for index, role in enumerate(roles) if role in _INSTRUCTING]
    if at and system.mode is not SystemPromptMode.REPLACE:
        turns[at[0]] = _told(turns[at[0]], system)
    else:
        # Some models know the one role, and some servers the other.
        role = Role.DEVELOPER if Role.DEVELOPER.value in roles else Role.SYSTEM
        ours = written({"role": role.value, "content": system.text})
        turns = [ours, *turns[_leading(roles) :]]
    fields[_MESSAGES] = written(turns)


def prompt_response(fields: Fields, system: SystemPrompt) -> None:
    """Puts a system prompt into the instructions of a request for a response.

    Messages of the role `system` or `developer` in its input are part of the conversation there,
    and stay.

    Raises:
        LookupError: The instructions are neither a text nor a list.
    """
    part = written({"role": Role.DEVELOPER.value, "content": system.text})
    fields[_INSTRUCTIONS] = prompted(fields.get(_INSTRUCTIONS), system, part)


def _leading(roles: list[str]) -> int:
    """Returns how many turns at the beginning instruct the model."""
    rest = (index for index, role in enumerate(roles) if role not in _INSTRUCTING)
    return next(rest, len(roles))


def _told(turn: Raw, system: SystemPrompt) -> Raw:
    fields = fields_of(turn)
    part = written({"type": "text", "text": system.text})
    fields["content"] = prompted(fields.get("content"), system, part)
    return written(fields)
