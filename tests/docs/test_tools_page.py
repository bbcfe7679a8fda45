"""The page about tools is true."""

import re
from pathlib import Path

from semroute.adapters.settings import toolbox_of

PAGE = (Path(__file__).parents[2] / "docs/tools.md").read_text()


def test_the_page_s_tools_are_a_file_of_tools() -> None:
    (tools,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    box = toolbox_of(tools)
    assert [tool.name for tool in box.tools] == ["find_invoice", "opening_hours"]
    assert [tool.name for tool in box.tagged(["billing"]).tools] == ["find_invoice"]
