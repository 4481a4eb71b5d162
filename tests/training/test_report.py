"""The page that a training ends with."""

import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medmaas.model.manifest import (
    Boolean,
    Crop,
    Estimate,
    ImageInput,
    Manifest,
    Metric,
    Number,
    PolicyOutput,
    Range,
    SeriesInput,
    TextInput,
)
from medmaas_training.kinds.inputs import describe_input
from medmaas_training.report.card import render_card
from medmaas_training.report.page import Section, render_svg, write_report
from medmaas_training.report.plots import plot_learning_curves
from medmaas_training.report.tables import name_target, tabulate_metrics
from tests.conftest import MODELS, ROOT

VOID = {"meta", "wbr", "br"}
FOLDERS = sorted(path.parent for path in MODELS.glob("*/*/manifest.json"))
SECTIONS = (
    Section("Fit", "Loss & <error> per epoch.", plot_learning_curves({"train": [2.0, 1.0]})),
    Section("Fit again", 'The "same" once more.', plot_learning_curves({"train": [2.0, 1.0]})),
    Section("Rivals", "Who is better.", table=(["model", "C"], [["Cox <age>", "0.8"]])),
)


class Page(HTMLParser):
    """A page's elements, checked to be well formed, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)
        self.close()
        assert self.open == [], "every element is closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        assert len(dict(attrs)) == len(attrs), "no attribute twice"
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def find(self, *tags: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.elements if tag in tags]


@pytest.fixture(params=FOLDERS, ids=lambda folder: folder.parent.name)
def folder(request: pytest.FixtureRequest) -> Path:
    """The folder of each model that ships."""
    path: Path = request.param
    return path


@pytest.fixture
def written(folder: Path, tmp_path: Path) -> Path:
    """Its report."""
    return write_report(tmp_path, folder, SECTIONS)


def read_manifest(folder: Path) -> Manifest:
    return Manifest.model_validate_json((folder / "manifest.json").read_bytes())


def test_the_report_is_one_file_in_a_folder_of_its_model(
    folder: Path, written: Path, tmp_path: Path
) -> None:
    manifest = read_manifest(folder)
    assert written == tmp_path / manifest.id / manifest.version / "index.html"
    assert [path.name for path in written.parent.iterdir()] == ["index.html"]


def test_the_report_names_exactly_its_model(folder: Path, written: Path) -> None:
    manifest = read_manifest(folder)
    text = Page(written.read_text()).text
    assert text.count(manifest.artefact.sha256) == 2, "at the top and at the bottom"
    facts = [manifest.title, f"{manifest.id} {manifest.version}", manifest.training_commit]
    facts += [manifest.created.isoformat(), manifest.card.data.source]
    facts += [f"{manifest.card.data.n:,}", *manifest.card.findings, *manifest.card.limits]
    assert [fact for fact in facts if fact not in text] == []


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_every_model_that_ships_has_the_report_of_its_own_training(folder: Path) -> None:
    manifest = read_manifest(folder)
    page = (ROOT / "reports" / manifest.id / manifest.version / "index.html").read_text()
    assert manifest.artefact.sha256 in page
    assert manifest.training_commit in page


def test_the_report_states_the_research_use_of_the_card(folder: Path, written: Path) -> None:
    statement, *_ = re.findall(r"^\*\*(.+)\*\*$", render_card(read_manifest(folder)), re.MULTILINE)
    assert statement in Page(written.read_text()).text


def test_the_report_of_a_policy_carries_its_notice(folder: Path, written: Path) -> None:
    output = read_manifest(folder).output
    notices = [output.notice] if isinstance(output, PolicyOutput) else []
    statements = Page(written.read_text()).find("p")
    assert len([p for p in statements if p.get("class") == "statement"]) == 1 + len(notices)
    assert all(notice in Page(written.read_text()).text for notice in notices)


def test_inputs_of_every_kind_are_described() -> None:
    day = Number(
        name="day",
        description="Day.",
        unit="d",
        hard_range=Range(low=-90, high=0),
        training_range=Range(low=-63, high=0),
    )
    gcsf = Boolean(name="gcsf", description="Given.", loinc=("1-8",), missing="taken for no")
    history = SeriesInput(tensor="x", field="history", max_rows=9, features=(day, gcsf))
    header, rows = describe_input(history).tabulate()
    assert [len(row) for row in rows] == [len(header)] * 2
    assert rows[0] == ["history: day", "Day.", "d", "", "-90 to 0", "-63 to 0", "refused"]
    assert rows[1] == ["history: gcsf", "Given.", "true, false", "1-8", "", "", "taken for no"]
    crop = Crop(side=200, of=360)
    picture = ImageInput(tensor="x", height=28, width=28, mode="RGB", crop=crop)
    assert describe_input(picture).tabulate()[1][0][-1] == (
        "centre 200 of 360, then 28 x 28 pixels, RGB, bicubic"
    )
    letters = TextInput(
        tensor="x", field="smiles", description="It.", alphabet=("C", "O"), max_length=7
    )
    assert describe_input(letters).tabulate()[1] == [["smiles", "It.", "at most 7 of C O"]]


def test_the_report_holds_every_figure_of_the_card(folder: Path, written: Path) -> None:
    text, card = Page(written.read_text()).text, read_manifest(folder).card
    points = [point for curve in card.calibration for point in curve.points]
    held = [point for curve in card.coverage for point in curve.points]
    figures: list[Metric | Estimate] = [*card.metrics]
    figures += [side for point in points for side in (point.predicted, point.observed)]
    figures += [side for point in held for side in (point.held, point.width) if side]
    assert len(figures) > len(card.metrics)
    for m in figures:
        assert f"{m.value:.4f}\n({m.low:.4f} to {m.high:.4f})" in text
    places = [
        *(m.evaluated_on for m in card.metrics),
        *(curve.evaluated_on for curve in card.calibration),
        *(curve.evaluated_on for curve in card.coverage),
    ]
    assert [where for where in places if where not in text] == []


def test_the_card_has_a_row_for_every_point_of_its_curves(folder: Path) -> None:
    manifest = read_manifest(folder)
    lines = render_card(manifest).splitlines()
    for curve in manifest.card.calibration:
        predicted = f"predicted {name_target(curve.target)}"
        header = next(line.split(" | ") for line in lines if predicted in line.split(" | "))
        column, start = header.index(predicted), lines.index(" | ".join(header))
        rows = [line.split(" | ") for line in lines[start + 2 : start + 2 + len(curve.points)]]
        for row, point in zip(rows, curve.points, strict=True):
            assert row[0] == f"| {point.group}"
            assert row[column].startswith(f"{point.predicted.value:.4f} (")
            assert row[column + 1].startswith(f"{point.observed.value:.4f} (")
    for coverage in manifest.card.coverage:
        for one in coverage.points:
            begun = f"| {one.group} | {100 * one.coverage:g} % | {one.n}"
            held = f" | {one.held.value:.4f} ({one.held.low:.4f} to {one.held.high:.4f}) |"
            assert any(line.startswith(begun) and held in line for line in lines), begun


def test_gains_stand_in_a_table_of_their_own_with_what_they_show() -> None:
    def make(value: float, metric: str, model: str, against: str | None = None) -> Metric:
        low, high = value - 0.1, value + 0.1
        return Metric(
            metric=metric, model=model, against=against, evaluated_on="here", n=9, value=value,
            low=low, high=high,
        )  # fmt: skip

    gains = [make(0.2, "gain in AUC", "it", "one"), make(0.0, "gain in AUC", "it", "other")]
    (_, figures), (title, (header, rows)) = tabulate_metrics([make(0.9, "AUC", "it"), *gains])
    assert figures == (
        ["model", "group", "n (events)", "AUC"],
        [["it", "all", "9", "0.9000 (0.8000 to 1.0000)"]],
    )
    assert title.startswith("here: gains")
    assert header == ["model", "compared with", "group", "n (events)", "gain in AUC"]
    assert [row[1] for row in rows] == ["one", "other"]
    assert rows[0][-1] == "0.2000 (0.1000 to 0.3000), better"
    assert rows[1][-1] == "0.0000 (-0.1000 to 0.1000), no difference shown"


def test_the_report_needs_no_network_and_no_script(written: Path) -> None:
    page = Page(written.read_text())
    assert not page.find("script", "link", "iframe", "img", "image", "object", "a")
    for attributes in page.find(*{tag for tag, _ in page.elements}):
        for name, value in attributes.items():
            assert not name.startswith("on")
            assert name != "src"
            assert name not in {"href", "xlink:href"} or str(value).startswith("#")
    assert not re.search(r"https?://|@import|url\((?!#)", written.read_text())


def test_ids_are_unique_and_every_reference_finds_one(written: Path) -> None:
    html = written.read_text()
    ids = [str(attributes["id"]) for _, attributes in Page(html).elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    references = re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', html)
    assert references
    assert {a or b for a, b in references} <= set(ids)


def test_the_report_can_be_read_without_seeing_it(written: Path) -> None:
    page = Page(written.read_text())
    assert page.find("html") == [{"lang": "en"}]
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch(r"h\d", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert all("scope" in attributes for attributes in page.find("th"))
    drawings = [attributes["aria-label"] for attributes in page.find("svg")]
    assert drawings == [section.text for section in SECTIONS if section.figure]
    assert len(page.find("figcaption")) == len(drawings)


def test_what_a_section_says_is_text_and_never_markup(written: Path) -> None:
    html = written.read_text()
    assert "Loss &amp; &lt;error&gt; per epoch." in html
    assert "Cox &lt;age&gt;" in html
    assert not Page(html).find("error", "age")


@settings(max_examples=20)  # each draws a figure
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1))
def test_any_caption_is_the_drawings_label(text: str) -> None:
    figure = plot_learning_curves({"train": [1.0]})
    (attributes,) = Page(render_svg(figure, text, "f")).find("svg")
    assert attributes["aria-label"] == text


def test_the_same_report_is_the_same_bytes(folder: Path, written: Path) -> None:
    first = written.read_bytes()
    assert write_report(written.parents[2], folder, SECTIONS).read_bytes() == first


def test_the_same_figure_is_the_same_bytes_drawn_anew_or_again() -> None:
    curves = {"train": [2.0, 1.0], "kept aside": [2.5, 2.0]}
    figure, other = (plot_learning_curves(curves) for _ in range(2))
    first = render_svg(figure, "Loss.", "f")
    assert [render_svg(figure, "Loss.", "f"), render_svg(other, "Loss.", "f")] == [first, first]
