"""Pictures of figures."""

import xml.etree.ElementTree as ET

from semroute.adapters.matplotlib import Chart, Line, png_of, svg_of

CHART = Chart(
    "Answers",
    "share",
    "right",
    (Line("ours", [(0, 0.5), (1, 0.9)]), Line("chance", [(0, 0.5), (1, 0.5)], is_dashed=True)),
)


def test_a_chart_is_an_svg_document_with_its_words_in_it() -> None:
    svg = svg_of(CHART)
    assert ET.fromstring(svg).tag.endswith("svg")
    for word in ("Answers", "share", "right", "ours", "chance"):
        assert word in svg


def test_the_same_figures_give_the_same_bytes() -> None:
    assert svg_of(CHART) == svg_of(CHART)
    assert png_of(CHART) == png_of(CHART)


def test_a_chart_is_a_png_picture_of_the_size_of_the_svg() -> None:
    png = png_of(CHART)
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = (int.from_bytes(png[at : at + 4]) for at in (16, 20))
    assert (width, height) == (640, 400)
