"""What is told of the heads that ship: the card and the figures beside them, and NOTICE."""

import re
import tomllib
from pathlib import Path

import semroute
from semroute.adapters.settings import load
from semroute.adapters.torch.artefact import HEADS
from semroute.app.cli.train import CARD
from semroute.app.cli.train_told import FIGURES, Told, told_in
from semroute.app.training import Manifest, model_card

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
NOTICE = " ".join((ROOT / "NOTICE").read_text().split())
OURS = "written for this project"


def told() -> Told:
    told = told_in(HEADS)
    assert told is not None
    return told


def test_the_wheel_has_the_card_and_the_notice() -> None:
    (package,) = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert set(PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]) == {"packages"}
    assert set(PROJECT["tool"]["hatch"]["build"]["targets"]) == {"wheel"}
    assert HEADS.is_relative_to(Path(semroute.__file__).parent)
    for name in (CARD, FIGURES):
        assert (ROOT / package / "adapters/torch/heads" / name).is_file()
    assert PROJECT["project"]["license-files"] == ["LICENSE", "NOTICE"]


def test_the_card_tells_of_every_head_what_the_figures_tell() -> None:
    page = (HEADS / CARD).read_text()
    versions = page.splitlines()[-1].removeprefix("Made with ").removesuffix(".").split(", ")
    made_with = dict(each.rsplit(" ", 1) for each in versions)
    assert page == model_card(told().card(made_with))
    assert set(told().heads) == {path.stem for path in HEADS.glob("*.safetensors")}


def test_the_figures_name_what_the_manifest_does() -> None:
    manifest = load((ROOT / "training/manifest.yaml").read_text(), Manifest, name="manifest.yaml")
    assert {(each.name, each.source, each.licence, each.sha256) for each in told().learnt_from} == {
        (each.path, each.source, each.licence, each.sha256) for each in manifest.files
    }


def test_the_notice_names_every_collection_and_its_licence() -> None:
    entries = NOTICE.split(" * ")
    for origin in told().learnt_from:
        names = re.findall(r"[\w-]+/[\w-]+(?: @ [\w.]+)?", origin.source)
        assert names or origin.source == OURS, origin.source
        for name in names:
            (entry,) = (each for each in entries if name in each)
            # Rows of one file may have licences of their own; then the source says which.
            assert any(
                re.search(rf"\b{re.escape(licence)}\b", entry)
                for licence in {origin.licence, *re.findall(r"MIT", origin.source)}
            ), name


def test_the_notice_names_who_must_be_named() -> None:
    for name in (
        *("Stefan Larson", "Inigo Casanueva", "Microsoft Corporation", "InjecGuard"),
        *("Python Software Foundation", "symspell", "Permission is hereby granted"),
        *("licenses/by/3.0/", "licenses/by/4.0/"),
    ):
        assert name in NOTICE, name
    for path in re.findall(r"semroute/[\w/*]+\.\w+", NOTICE):
        assert list((ROOT / "src").glob(path)), path
