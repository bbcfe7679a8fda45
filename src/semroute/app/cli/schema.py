"""`semroute schema`."""

import json

from semroute.adapters.settings import json_schema
from semroute.app.settings import Settings


def schema() -> None:
    """Print the JSON Schema of the configuration.

    Editors that know YAML use it for completion and checks: put
    `# yaml-language-server: $schema=./semroute.schema.json` in the file's first line.
    """
    print(json.dumps(json_schema(Settings, "semroute's configuration"), indent=2))
