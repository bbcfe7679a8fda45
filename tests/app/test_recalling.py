"""What answers are kept under, as far as files decide it."""

from pathlib import Path

from attrs import evolve

from semroute.adapters.prometheus import PrometheusObserver
from semroute.app.assemble.recalling import recall_of
from semroute.app.assemble.stores import opened_store
from semroute.app.caching import StoreSettings
from semroute.app.checkpoints import CheckpointSettings
from semroute.app.cli.configuration import read_configuration
from semroute.app.config import policy_of
from semroute.app.decisions import DecisionSettings, ToolPolicySettings
from semroute.app.flights import Flights
from semroute.app.settings import Settings

TOOL = "- {{type: function, function: {{name: {}, parameters: {{type: object}}}}}}\n"


async def revision(settings: Settings) -> str:
    async with opened_store(StoreSettings(kind="memory")) as store:
        metrics = PrometheusObserver("1", "digest")
        recall = recall_of(settings, policy_of(settings), None, store, Flights(), metrics)
        return recall.policy.revision


async def test_other_tools_in_the_same_file_make_other_answers(tmp_path: Path) -> None:
    file = tmp_path / "tools.yaml"
    shipped = read_configuration(None).settings
    tools = ToolPolicySettings(keep=1, database=str(file))
    equipped = DecisionSettings(when=next(iter(shipped.signals)), tools=tools)
    settings = evolve(shipped, decisions={**shipped.decisions, "equipped": equipped})
    file.write_text(TOOL.format("find_lawyer"))
    first = await revision(settings)
    assert await revision(settings) == first
    file.write_text(TOOL.format("send_letter"))
    assert await revision(settings) != first


async def test_other_labels_in_the_same_file_make_other_answers(tmp_path: Path) -> None:
    file = tmp_path / "labels.yaml"
    shipped = read_configuration(None).settings
    checkpoint = CheckpointSettings(str(tmp_path / "mine"), "category", labels=str(file))
    options = evolve(shipped.classifier, checkpoints=(checkpoint,))
    settings = evolve(shipped, classifier=options)
    file.write_text("A: law\nB: math\n")
    first = await revision(settings)
    file.write_text('{"B": "math", "A": "law"}')
    assert await revision(settings) == first
    file.write_text("A: math\nB: law\n")
    assert await revision(settings) != first


async def test_other_weights_in_the_same_place_make_other_answers(tmp_path: Path) -> None:
    shipped = read_configuration(None).settings
    checkpoint = CheckpointSettings(str(tmp_path / "mine"), "category")
    options = evolve(shipped.classifier, heads=str(tmp_path / "heads"), checkpoints=(checkpoint,))
    settings = evolve(shipped, classifier=options)
    seen = {await revision(settings)}
    files = ("heads/categories.safetensors", "mine/model.safetensors", "mine/config.json")
    for name in files:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        for content in (b"a", b"b"):
            path.write_bytes(content)
            seen.add(await revision(settings))
    assert len(seen) == 1 + 2 * len(files)
    (tmp_path / "mine" / "gone.safetensors").symlink_to(tmp_path / "nowhere")
    assert await revision(settings) in seen
