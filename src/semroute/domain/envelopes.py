"""What programs wrap around the words of their users, taken off before those are understood.

Coding assistants put reminders, environments and project rules into the user's turn, each between
tags of its own. They say nothing of what this user wants now, and would drown it. They are taken
off a copy: the model still gets them, and screening reads them like everything else.
"""

import re
from typing import Final

# Only tags that carry a program's words. Those around the user's own, as Cursor's `user_query` or
# Cline's `task`, stay, and so does what is in them.
ENVELOPES: Final = (
    # Claude Code, and those that imitate it
    "system-reminder",
    "local-command-caveat",
    "local-command-stdout",
    "local-command-stderr",
    "command-name",
    "command-message",
    # Codex
    "environment_context",
    "user_instructions",
    "permissions instructions",
    "turn_aborted",
    # Cline and Roo Code
    "environment_details",
    # Cursor
    "additional_data",
    "attached_files",
    "open_and_recently_viewed_files",
    "project_layout",
    "user_info",
    # Copilot
    "environment_info",
    "workspace_info",
    "reminderInstructions",
    "editorContext",
)
"""The names of such tags."""

_TAG: Final = re.compile(rf"<(/?)({'|'.join(map(re.escape, ENVELOPES))})(?:\s[^<>]{{0,200}})?>")


def unwrapped(text: str) -> str:
    """Returns a text without its envelopes. A tag that is not closed stays.

    It takes time proportional to the text's length.
    """
    if "<" not in text:
        return text
    opened: dict[str, list[int]] = {}  # by name, where tags begin that are open
    wrapped: list[tuple[int, int]] = []
    for tag in _TAG.finditer(text):
        closes, name = tag.groups()
        if not closes:
            opened.setdefault(name, []).append(tag.start())
        elif opened.get(name):
            start = opened[name].pop()
            while wrapped and wrapped[-1][0] >= start:
                wrapped.pop()
            wrapped.append((start, tag.end()))
    kept: list[str] = []
    done = 0
    for start, end in wrapped:
        kept.append(text[done:start])
        done = end
    return "".join([*kept, text[done:]])
