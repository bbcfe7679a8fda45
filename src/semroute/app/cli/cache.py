"""`semroute cache`."""

from cyclopts import App

cache = App(name="cache", help="Look into the answer cache, and clear it.")

_COMMANDS = {
    "stats": ("cache_stats:stats", "Count the answers, by tenant, route and model."),
    "get": ("cache_entries:get", "Show one answer."),
    "why": ("cache_why:why", "Say what the cache would do with a request, and why."),
    "flush": ("cache_entries:flush", "Remove answers; without --yes, only count them."),
    "export": ("cache_files:export", "Print answers, one a line, as JSON."),
    "import": ("cache_files:import_", "Keep answers that `export` printed."),
    "forget-wrong": ("cache_entries:forget_wrong", "Remove a wrong answer, for good."),
    "verify": ("cache_entries:verify", "Read every answer, and remove those that are damaged."),
}

for _name, (_place, _help) in _COMMANDS.items():
    cache.command(f"semroute.app.cli.{_place}", name=_name, help=_help)
