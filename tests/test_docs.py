"""What the documents say is so."""

import ast
import json
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml
from fastapi.testclient import TestClient
from packaging.version import Version
from pydantic import TypeAdapter

from medmaas import __version__, errors
from medmaas.model.kinds import list_kinds
from medmaas.model.manifest import EVERYONE, CdsService, Input, Output, Source
from medmaas.model.manifest.schema import describe_file
from medmaas.model.registry import Registry
from medmaas_training.dose.study import EQUAL_USE, NETWORK, SHIPPED, STEP
from medmaas_training.dose.trial import BELOW_LONG
from tests.conftest import ROOT
from tests.test_cli import medmaas

README = (ROOT / "README.md").read_text()
CHINESE = (ROOT / "README.zh.md").read_text()
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text()
CHANGELOG = (ROOT / "CHANGELOG.md").read_text()
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), ROOT / "page" / "README.md"]
TRAINING = ROOT / "training" / "medmaas_training"
PACKAGES = sorted(
    path.parent
    for folder in (ROOT / "functions" / "medmaas", TRAINING)
    for path in folder.rglob("__init__.py")
)
# found by their names, each of which says itself what it is for
ROOMS = {f"{kind}.py" for union in (Input, Output) for kind in list_kinds(union)}
LINK = re.compile(r"\]\(([^)]+)\)")
BLOCK = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)


class Row(NamedTuple):
    """What the README's table says of a model, and where its card says so."""

    model_id: str
    said: str
    metric: str
    baselines: dict[str, str]
    ours: str | None = None  # as it ships, if that is not the first


FIGURES = (
    Row(
        "survival",
        "C",
        "Harrell C",
        {"Cox": "Cox, logged laboratory values", "age alone": "Cox, age alone"},
    ),
    Row(
        "breast_fna",
        "AUC",
        "AUC",
        {"mean radius alone": "logistic regression on mean_radius alone"},
    ),
    Row("blood_cell", "accuracy", "accuracy", {"random forest": "random forest on pixels"}),
    Row(
        "chemo_dose",
        "cycles with neutrophils below 0.5 for more than a week",
        BELOW_LONG,
        {"the rule of one level down with as much G-CSF": STEP + EQUAL_USE},
        NETWORK + SHIPPED,
    ),
    Row(
        "solubility",
        "RMSE",
        "RMSE",
        {"forest on RDKit's descriptors": "random forest on RDKit descriptors"},
    ),
)


def read(name: str) -> str:
    return (ROOT / "docs" / name).read_text()


def list_words(markdown: str) -> list[str]:
    """What a reader sees of a document: its code too, but neither addresses nor marks."""
    seen = re.sub(r"\]\([^)]*\)|<https?://[^>]*>", " ", markdown)
    return [word for word in seen.split() if re.search(r"\w", word)]


def test_the_readme_is_read_in_three_minutes() -> None:
    assert len(list_words(README)) <= 700


@pytest.mark.parametrize("row", FIGURES, ids=lambda row: row.model_id)
def test_the_readmes_figures_are_the_cards(registry: Registry, row: Row) -> None:
    figures = [
        m
        for m in registry.get(row.model_id).manifest.card.metrics
        if (m.metric, m.cohort, m.group) == (row.metric, "test", EVERYONE)
    ]
    ours = next(m for m in figures if m.of == "model" and row.ours in {None, m.model})
    theirs = {m.model: m for m in figures if m.evaluated_on == ours.evaluated_on}
    text = f"{row.said} {ours.value:.3f} ({ours.low:.3f} to {ours.high:.3f}), n = {ours.n:,}; "
    text += ", ".join(f"{said} {theirs[name].value:.3f}" for said, name in row.baselines.items())
    assert f"| {text} |" in README


def test_the_chinese_readme_has_the_same_blocks_links_and_figures() -> None:
    assert BLOCK.findall(CHINESE) == BLOCK.findall(README)
    english, chinese = (
        LINK.findall(text.replace(other, "")) for text, other in
        ((README, "](README.zh.md)"), (CHINESE, "](README.md)"))
    )  # fmt: skip
    assert chinese == english
    assert "](README.zh.md)" in README
    assert "](README.md)" in CHINESE
    english_figures, chinese_figures = (
        Counter(re.findall(r"\d+(?:[.,]\d+)*", LINK.sub("", BLOCK.sub("", text))))
        for text in (README, CHINESE)
    )
    assert chinese_figures == english_figures


def test_the_chinese_readme_has_the_same_headings_and_rows() -> None:
    for mark in (r"^#+ ", r"^\|", r"`[^`\n]+`"):
        english, chinese = (
            re.findall(mark, BLOCK.sub("", text), re.MULTILINE) for text in (README, CHINESE)
        )
        assert chinese == english


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_lead_to_files_and_headings(path: Path) -> None:
    for link in LINK.findall(path.read_text()):
        if link.startswith("https://"):
            continue
        name, _, heading = link.partition("#")
        target = path.parent / name if name else path
        assert target.exists(), link
        if heading:
            headings = re.findall(r"^#+ (.+)$", target.read_text(), re.MULTILINE)
            assert heading in {one.lower().replace(" ", "-") for one in headings}, link


def test_every_document_can_be_found_from_the_readme() -> None:
    found, todo = set(), [ROOT / "README.md"]
    while todo:
        path = todo.pop()
        if path not in found:
            found.add(path)
            links = [link for link in LINK.findall(path.read_text()) if link.endswith(".md")]
            todo += [(path.parent / link).resolve() for link in links if "://" not in link]
    assert set(DOCUMENTS) <= found


def test_make_targets_that_are_named_exist() -> None:
    makefile = (ROOT / "Makefile").read_text()
    text = "".join(path.read_text() for path in DOCUMENTS)
    targets = set(re.findall(r"[`\n]make ([a-z]+)\b", text))
    assert {"serve", "test", "check", "bench", "stack"} <= targets
    for target in targets:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_the_commands_and_flags_that_are_listed_exist() -> None:
    rows = re.findall(r"^\| `medmaas ([a-z]+)(.*?)` \|", read("commands.md"), re.MULTILINE)
    overview = medmaas("--help").stdout
    assert {command for command, _ in rows} == set(re.findall(r"^    ([a-z]+) ", overview, re.M))
    for command, arguments in rows:
        usage = medmaas(command, "--help").stdout
        for flag in re.findall(r"--[a-z]+", arguments):
            assert flag in usage, (command, flag)


def test_the_routes_that_are_listed_answer(client: TestClient) -> None:
    routes = re.findall(r"^\| `(GET|POST) (/\S+)` \|", read("api.md"), re.MULTILINE)
    assert len(routes) > 5
    described = client.get("/openapi.json").json()["paths"]
    for method, route in routes:
        path = route.replace("{id}", "survival")
        assert method == "POST" or client.get(path).status_code == 200, route
        generic = route.replace("{id}", "{model_id}")
        assert method.lower() in {**described.get(path, {}), **described.get(generic, {})}, route


def test_the_statuses_that_are_listed_are_those_of_the_errors() -> None:
    text = read("api.md")
    listed = {int(status) for status in re.findall(r"^\| (\d{3}) \|", text, re.MULTILINE)}
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    raised = {kind.status for kind in kinds if issubclass(kind, errors.MedmaasError)}
    of_cds_hooks = {401, 403, 412}
    assert listed == raised - of_cds_hooks - {500}
    assert all(str(status) in text for status in of_cds_hooks)


def test_the_sources_of_records_that_are_shown_fit_the_contract() -> None:
    (text,) = re.findall(r"```yaml\n(.+?)```", read("protocols.md"), re.DOTALL)
    shown = yaml.safe_load(text.replace(", ...}", "}"))
    for feature in shown["input"]["features"]:
        TypeAdapter(Source).validate_python(feature["source"])
    CdsService.model_validate(shown["cds_service"])


def test_contributing_names_only_files_that_exist() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text()
    roots = [ROOT, *(ROOT / name for name in ("functions/medmaas", "page/src"))]
    of_kinds = text.replace("inputs/<kind>", "inputs/text").replace(
        "outputs/<kind>", "outputs/value"
    )
    text = of_kinds.replace("fhir/<kind>", "fhir/tabular").replace("<kind>", "text")
    named = set(re.findall(r"`([\w./]+\.(?:json|md|py|tsx?|toml|yaml))`", text))
    assert len(named) > 25
    for name in named:
        assert any((root / name).exists() for root in roots), name


def test_a_public_forge_runs_what_runs_here() -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text())
    (job,) = workflow["jobs"].values()
    assert [step["run"] for step in job["steps"] if "run" in step] == [".ci/run"]
    commands = (ROOT / ".ci" / "run").read_text().splitlines()
    assert [line for line in commands if line.startswith("make")] == ["make check", "make test"]


def test_the_architecture_fits_a_page() -> None:
    assert len([line for line in ARCHITECTURE.splitlines() if line]) <= 60


def test_the_architecture_names_every_package_and_only_what_exists() -> None:
    answers = ROOT / "functions" / "medmaas"
    roots = (ROOT, ROOT / "functions", answers, answers / "model", TRAINING.parent, TRAINING)
    named = set(re.findall(r"(?<![\w<.])([a-z_]+)/", ARCHITECTURE))
    for name in named | set(re.findall(r"\b[a-z_/]+\.py\b", ARCHITECTURE)):
        assert any((root / name).exists() for root in roots), name
    rooms = {path.name for path in PACKAGES if path.parent in roots and path not in roots}
    assert rooms <= {*named, "manifest"}  # the contract is described, not called by its folder


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_package_says_what_each_of_its_files_is_for(package: Path) -> None:
    said = ast.get_docstring(ast.parse((package / "__init__.py").read_text())) or ""
    modules = {path.name for path in package.glob("*.py")} - {"__init__.py"}
    packages = {f"{path.name}/" for path in PACKAGES if path.parent == package}
    rooms = ROOMS & modules if "<kind>.py" in said else set()
    assert all(ast.get_docstring(ast.parse((package / room).read_text())) for room in rooms)
    assert set(re.findall(r"\b\w+\.py\b", said)) == modules - rooms
    assert packages <= set(re.findall(r"`(\w+/)`", said))


def test_the_committed_openapi_document_is_the_services(client: TestClient) -> None:
    committed = json.loads((ROOT / "docs" / "openapi.json").read_text())
    assert client.get("/openapi.json").json() == committed, "run: make openapi"


def test_the_changelog_has_this_version_first_and_the_others_in_order() -> None:
    titles = re.findall(r"^## (\S+) - (\S+)$", CHANGELOG, re.MULTILINE)
    assert len(titles) == CHANGELOG.count("\n## ")
    versions = [version for version, _ in titles]
    assert versions[0] == __version__
    assert all(Version(newer) > Version(older) for newer, older in pairwise(versions))
    assert all(re.fullmatch(r"unreleased|\d{4}-\d\d-\d\d", date) for _, date in titles)
    sections = set(re.findall(r"^### (.+)$", CHANGELOG, re.MULTILINE))
    usual = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
    assert sections <= {"What breaks, and how to go on", *usual}


def test_what_is_cited_is_this_version() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert citation["cff-version"] == "1.2.0"
    assert citation["version"] == __version__
    assert citation["license"] == "Apache-2.0"
    assert citation["title"] == "medmaas"
    assert citation["message"]
    assert all(author["name"] for author in citation["authors"])


def test_the_version_that_security_fixes_go_to_is_this_one() -> None:
    minor = __version__.rpartition(".")[0]
    assert f"| {minor}.x | yes |" in (ROOT / "SECURITY.md").read_text()


def test_the_committed_schema_of_a_manifest_is_that_of_the_contract() -> None:
    committed = json.loads((ROOT / "docs" / "manifest.schema.json").read_text())
    assert describe_file() == committed, "run: make openapi"
