"""`semroute learn`, which `train` runs and people do not."""

import sys
from pathlib import Path

import msgspec

from semroute.adapters.settings import load
from semroute.adapters.torch import load_encoder
from semroute.adapters.torch.training import Vectorizer
from semroute.app.training import Manifest, MaterialError

from .configuration import read_library
from .exits import UsageError
from .learning import Learnt, Message, Refused, Step, Task
from .train_heads import learnt
from .train_plan import Lessons, Plan

_NEWS = 0.01  # of a share; less is not worth a line


def learn() -> None:
    """Learn some heads. What to learn comes on standard input."""
    task = msgspec.json.decode(sys.stdin.buffer.readline(), type=Task)
    manifest = load(msgspec.json.encode(task.manifest).decode(), Manifest)
    plan = Plan(manifest, tuple(map(Path, task.roots)), read_library(), task.own_use)
    last = Step("", 0.0)

    def progress(what: str, share: float) -> None:
        nonlocal last
        if what != last.what or share >= last.share + _NEWS:
            last = Step(what, share)
            _say(last)

    lessons = Lessons(plan)
    try:
        # One thread: the other cores have heads of their own to learn.
        vectorizer = Vectorizer(load_encoder(), progress, Path(task.memory), workers=1)
        figures = learnt(task.heads, lessons, vectorizer, Path(task.output))
    except (MaterialError, UsageError) as error:
        _say(Refused(str(error)))
    else:
        _say(Learnt(figures, tuple(lessons.origins)))


def _say(message: Message) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(message) + b"\n")
    sys.stdout.buffer.flush()
