"""Writes docs/quality-report.md. `python -m docs.quality_report SECTION.md ...`.

Unlike the pages of `docs.build` it cannot be made anew by everybody: some of the data is other
people's and not in the repository. `semroute eval category --report` and `semroute eval frontier
--report` write the sections and, with `--plot`, their pictures: a picture beside each section, of
the same name.
"""

import shutil
import sys
from pathlib import Path
from typing import Final

PAGE: Final = """\
# How good the router's judgement is

Measured with the heads that ship and every setting at its default. Each section was written by the
command it names, and `python -m docs.quality_report` put them together; nothing was copied by hand.
Your own prompts will give other figures: run the same commands on them.

| file | what it is | from |
|---|---|---|
| `domain.jsonl` | examination questions, held out | TIGER-AI-Lab/MMLU-Pro @ f418b116db00 |
| `chat_dev.jsonl` | [everyday prompts](../data/README.md) by nine authors, never trained on | written for this project |
| `frontier.jsonl` | examination questions with what two models made of them, held out | lm-sys/RouteLLM @ 0b64fdafe049 |

What to know before believing the figures:

* Other parts of the same collections were trained on, so questions like these are better known than
  yours may be. No text of a file was learnt by the head that is measured on it, wherever else it stands.
* Everyday prompts were written by few people, who had the 14 categories in mind. Real ones are
  less clear about what they are about.
* Typing mistakes are made by a program, one in every 25 letters, and heads are trained with such. How words
  are put right was chosen on mistyped prompts of the training set; it tells what was meant by where keys are.
* A calibration error is never 0: were every confidence exactly right, chance alone would make it about
  0.025 and 0.015 on the first two files (and more than 0.034 and 0.021 one time in twenty), so neither tells the heads
  from such as are exactly right. Of a few hundred prompts chance alone would make it 0.04 and more; what it is on each
  part of `chat_dev.jsonl` alone stands in [training](training.md). The interval that the command prints of it is a
  bootstrap's and too high for the same reason: drawing prompts again adds chance to the chance that is in the error.
* How much examination questions count beside everyday prompts was chosen by texts that were held out, and among what
  was as good there by the first file and two parts of the second ([what was tried](fast-tier.md)), so that they
  flatter a little.
* The weak and the strong model of the last section are of 2023, and its questions have answers to
  choose from. What it says of other models and prompts is a guess.

{sections}"""


def main() -> None:
    """Writes the page from the sections that are named, with the pictures beside them."""
    plots = Path(__file__).with_name("plots")
    plots.mkdir(exist_ok=True)
    sections = []
    for path in map(Path, sys.argv[1:]):
        title, rest = path.read_text().split("\n", maxsplit=1)
        picture = path.with_suffix(".svg")
        shutil.copy(picture, plots / picture.name)
        sections.append(
            f"{title}: {path.stem}\n{rest}\n![The curve of {path.stem}](plots/{picture.name})\n"
        )
    page = PAGE.format(sections="\n".join(sections))
    Path(__file__).with_name("quality-report.md").write_text(page)


if __name__ == "__main__":
    main()
