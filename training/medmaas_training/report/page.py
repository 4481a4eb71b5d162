"""What a training ends with: a table in the terminal, and a page that can be looked at."""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from matplotlib import rc_context
from matplotlib.figure import Figure
from rich.console import Console
from rich.table import Table

from medmaas.model.manifest import Card, Manifest
from medmaas_training.errors import TrainingError
from medmaas_training.figures import Measured
from medmaas_training.kinds.inputs import describe_input
from medmaas_training.kinds.outputs import describe_output
from medmaas_training.report import tables
from medmaas_training.report.card import STATEMENT
from medmaas_training.report.letters import measure_letters

_REM_PER_INCH = 46 / 7  # seven inches fill the page's column
_TRAINING, _ASSESSMENT = "<!-- training -->\n", "<!-- assessment -->\n"
_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
)


@dataclass(frozen=True)
class Section:
    """One part of a report.

    Attributes:
        title: its heading.
        text: what is to be seen, in words: caption of the figure and its alternative text.
        figure: one of medmaas_training.report.plots.
        table: a header and rows of as many cells; the first cell names its row.
    """

    title: str
    text: str
    figure: Figure | None = None
    table: tuple[Sequence[str], Sequence[Sequence[str]]] | None = None


def write_report(
    reports: Path,
    model_folder: Path,
    training: Sequence[Section],
    assessment: Sequence[Section] = (),
) -> Path:
    """Write `<reports>/<id>/<version>/index.html`: one file, no script, nothing from elsewhere.

    Args:
        reports: the reports directory.
        model_folder: with manifest.json, whose figures and sha256 the page states.
        training: how the model came about, in reading order.
        assessment: how sure it is and what it rests on, after that.
    """
    return _write_page(reports, model_folder, _render(training, "figure"), assessment)


def read_training(reports: Path, model_folder: Path) -> str:
    """The training's sections of a report, as they were written.

    Raises:
        TrainingError: there is no report of the model.
    """
    path = _locate(reports, read_manifest(model_folder))
    try:
        page = path.read_text(encoding="utf-8")
    except OSError as error:
        raise TrainingError(f"--reports: there is no {path}") from error
    _, _, after = page.partition(_TRAINING)
    training, _, _ = after.partition(_ASSESSMENT)
    return training


def rewrite_report(
    reports: Path, model_folder: Path, training: str, assessment: Sequence[Section]
) -> Path:
    """Write a report of another assessment, its training's sections being as they were."""
    return _write_page(reports, model_folder, training, assessment)


def conclude(
    reports: Path,
    model_folder: Path,
    version: str,
    training: Sequence[Section],
    assessment: Sequence[Section],
) -> None:
    """Write the report of a training and print its figures; no report if nothing changed.

    Args:
        reports: the reports directory.
        model_folder: of the model, an older one if nothing changed.
        version: what the training was to write.
        training: how the model came about, in reading order.
        assessment: how sure it is and what it rests on, after that.
    """
    manifest = read_manifest(model_folder)
    if manifest.version == version:
        report = write_report(reports, model_folder, training, assessment)
        ended = f"written to {model_folder}; report: {report}"
    else:
        ended = f"nothing changed: {model_folder} stays as it is"
    print_figures(manifest.card, f"{manifest.id}, {ended}")


def read_manifest(model_folder: Path) -> Manifest:
    """The manifest of a model's folder."""
    return Manifest.read((model_folder / "manifest.json").read_bytes())


def _write_page(
    reports: Path, model_folder: Path, training: str, assessment: Sequence[Section]
) -> Path:
    manifest = read_manifest(model_folder)
    page = _TEMPLATES.get_template("report.html.jinja").render(
        manifest=manifest,
        notice=describe_output(manifest.output).notice,
        statement=STATEMENT,
        identity=_identify(manifest),
        training=training,
        assessment=_render(assessment, "assessment"),
        results=list(tables.tabulate_figures(manifest.card)),
        inputs=describe_input(manifest.input).tabulate(),
    )
    path = _locate(reports, manifest)
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(".index.html")
    aside.write_text(page, encoding="utf-8")
    return aside.replace(path)


def _locate(reports: Path, manifest: Manifest) -> Path:
    return reports / manifest.id / manifest.version / "index.html"


def _render(sections: Sequence[Section], prefix: str) -> str:
    drawings = [
        render_svg(section.figure, section.text, f"{prefix}-{i}") if section.figure else ""
        for i, section in enumerate(sections, start=1)
    ]
    template = _TEMPLATES.get_template("sections.html.jinja")
    return template.render(sections=sections, drawings=drawings)


def render_svg(figure: Figure, text: str, prefix: str) -> str:
    """A figure as an SVG element for HTML: the same figure gives the same bytes.

    Args:
        figure: what is drawn; its letters stay text, in the reader's own sans-serif font.
        text: what a reader who does not see it is told.
        prefix: of the ids inside, which must differ from those of the page's other figures.
    """
    file = io.StringIO()
    no_metadata = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    with measure_letters(figure), rc_context({"svg.hashsalt": "medmaas", "svg.fonttype": "none"}):
        figure.draw_without_rendering()
        figure.set_layout_engine("none")  # laying out again would move everything a little
        figure.savefig(file, format="svg", metadata=no_metadata)
    drawing = file.getvalue()
    body = drawing[drawing.index("<g id=") :]  # the page holds what comes before
    body = re.sub(r'( id="|url\(#|href="#)', rf"\g<1>{prefix}-", body)
    body = re.sub(r"; font-family: [^;\"]*", "", body).replace("xlink:href", "href")
    width, height = map(float, figure.get_size_inches())
    return (
        f'<svg role="img" aria-label="{escape(text)}" viewBox="0 0 {72 * width:g} {72 * height:g}" '
        f'style="max-width: {width * _REM_PER_INCH:.2f}rem">\n{body.rstrip()}'
    )


def _identify(manifest: Manifest) -> list[tuple[str, str]]:
    data = manifest.card.data
    events = "" if data.events is None else f", {data.events:,} events"
    drawn = "" if data.split.seed is None else f" (seed {data.split.seed})"
    parts = (
        f"{data.split.train:,} to train, {data.split.calibration:,} kept for calibration, "
        f"{data.split.test:,} to test"
    )
    return [
        ("model", f"{manifest.id} {manifest.version}"),
        ("ONNX sha256", manifest.artefact.sha256),
        ("created", manifest.created.isoformat()),
        ("training commit", manifest.training_commit),
        ("data", data.source),
        ("n", f"{data.n:,}{events}"),
        ("split", f"{parts}{drawn}"),
    ]


def print_figures(of: Card | Measured, title: str) -> None:
    """Print every figure with its interval, one table per set of people."""
    console = Console()
    console.print(title)
    metrics = of.metrics
    for where in dict.fromkeys(metric.evaluated_on for metric in metrics):
        table = Table("model or group", "n", "metric", "value", "95 % interval", title=where)
        for m in metrics:
            if m.evaluated_on == where:
                name = f"over {m.against}" if m.against else m.model
                who = name if m.group == "all" else m.group
                interval = f"{m.low:.4f} to {m.high:.4f}"
                table.add_row(who, str(m.n), m.metric, f"{m.value:.4f}", interval)
        console.print(table)
    for where, (header, rows) in tables.tabulate_curves(of):
        table = Table(*header, title=where)
        for row in rows:
            table.add_row(*row)
        console.print(table)
