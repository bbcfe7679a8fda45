"""Writes the page about reasoning from the families that ship. `python -m docs.reasoning_page`."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from semroute.adapters.settings import load
from semroute.app.reasoning import (
    ReasoningFamilySettings,
    ReasoningLibrary,
    dialects_of,
    families_of,
    patches_of,
)
from semroute.domain.reasoning import Family, Present, ReasoningMode, reasoning_patch

HERE: Final = Path(__file__).parent
SHIPPED: Final = HERE.parent / "src/semroute/app/defaults/reasoning.yaml"

PAGE: Final = """\
# Reasoning

A decision says how much a model shall think before it answers: `reasoning: off`, `low`, `medium` or
`high`. Every family of models is told so in other words, and these words differ from API to API. A
model of the configuration names its `family`; what is said to a family stands in a table of which a
part ships, and to which a configuration can add:

```yaml
reasoning:
  nemotron:
    description: Nemotron 3 on a server of ours
    chat:
      off: {{chat_template_kwargs: {{enable_thinking: false}}}}
      high: {{chat_template_kwargs: {{enable_thinking: true}}}}
```

What stands under a mode is merged into the request as
[RFC 7396](https://www.rfc-editor.org/rfc/rfc7396) has it: objects are merged, `null` removes.

* **A mode without words** becomes the nearest that has some. `low` becomes `medium` or else `high`,
  `medium` becomes `high` or else `low`, `high` becomes `medium` or else `low`. `off` becomes `low`,
  and nothing else: whoever wants no thought does not get much of it.
* **What the model does not understand is removed.** A client that reasons in the words of one family
  may be sent to a model of another, whose server would refuse them or, worse, ignore them. So fields
  that any family is known to reason with go, unless the model's own does so too. Objects that are
  empty then go with them, and nothing else is touched.
* **Without a mode** the client's own words stay, if the model understands them. **With one** they
  give way, but for those of `keeps` where the model is to reason at all.
* **Without a family** nothing is known of a model. Nothing is said to it, and nothing is removed.
  `plain` is the family of those that are to be told nothing.
* **What the API would refuse is not said.** Beside the fields of `excludes` a request is told at most
  not to reason; 1, `false` and `null` in them mean nothing. In `/v1/messages` a budget must be
  smaller than `max_tokens`, or a smaller one is taken; and nobody is told to think who must call a
  tool, goes on with an answer that was begun, or returns from a tool that was called without thought.

## The families that ship

A dash: there are no words, and nothing is said. `→`: what the mode becomes.

| family | models | API | off | low | medium | high |
|---|---|---|---|---|---|---|
{rows}

Made from `app/defaults/reasoning.yaml` by `python -m docs.reasoning_page`. What it is made from, page
by page, is below; it was read there, and not tried on every server.

{sources}
"""


def library() -> ReasoningLibrary:
    """Returns the families that ship."""
    return load(SHIPPED.read_text(), ReasoningLibrary, name=SHIPPED.name)


def reasoning() -> str:
    """Returns docs/reasoning.md."""
    shipped = library().reasoning
    families = families_of({}, shipped)
    rows = [row for name, each in shipped.items() for row in _rows(each, families[name])]
    return PAGE.format(rows="\n".join(rows), sources="\n".join(_sources(shipped)))


def _rows(settings: ReasoningFamilySettings, family: Family) -> Iterator[str]:
    head = f"| `{family.name}` | {settings.description} |"
    if not family.dialects:
        yield f"{head} | - | - | - | - |"
    for service in family.dialects:
        patches = patches_of(dialects_of(settings)[service])
        # Room enough for every budget, so that only a lack of words shows.
        roomy = Present({"max_tokens": 1 << 20})
        cells = []
        for mode in ReasoningMode:
            said = reasoning_patch(mode, family, service, frozenset(), roomy)
            same = [each for each, patch in patches.items() if patch == said]
            if mode in patches:
                cells.append(f"`{json.dumps(patches[mode])}`")
            else:
                cells.append(f"→ {same[0]}" if same else "-")
        yield f"{head} {service.value} | {' | '.join(cells)} |"


def _sources(shipped: dict[str, ReasoningFamilySettings]) -> Iterator[str]:
    for name, each in shipped.items():
        if each.documented:
            yield f"* `{name}`: {', '.join(f'<{address}>' for address in each.documented)}"


if __name__ == "__main__":
    (HERE / "reasoning.md").write_text(reasoning())
