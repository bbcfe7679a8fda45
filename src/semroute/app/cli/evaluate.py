"""`semroute eval`."""

from cyclopts import App

evaluate = App(name="eval", help="Measure the router on labelled data.")

_COMMANDS = {
    "cache": "Measure how often the semantic cache hits, and how often wrongly.",
    "category": "Measure how often the most probable category is the labelled one.",
    "frontier": "Measure how well complexity tells prompts for a strong model from others.",
    "guard": "Measure how many attacks are found, and how many of them when they are hidden.",
    "pii": "Measure how much of the personal data in texts is found.",
    "tools": "Measure how often the right tools are among those that are kept.",
}

for _name, _help in _COMMANDS.items():
    evaluate.command(f"semroute.app.cli.evaluate_{_name}:{_name}", name=_name, help=_help)
