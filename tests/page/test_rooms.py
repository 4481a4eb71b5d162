"""Each kind has a room on the page, and is named nowhere else there."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from medmaas.model.kinds import list_kinds
from medmaas.model.manifest import Input, Output
from tests.conftest import ROOT

PAGE = ROOT / "page" / "src"
ROOMS = {"inputs": Input, "outputs": Output}  # by its folder


def test_the_files_of_the_page_import_each_other_in_no_circle() -> None:
    files = {path.resolve() for path in PAGE.rglob("*.ts*")}
    left = {path: {one for one in _find_page_imports(path) if one in files} for path in files}
    assert sum(map(len, left.values())) > len(left) > 20
    while leaves := {path for path, imported in left.items() if not imported & left.keys()}:
        left = {path: imported for path, imported in left.items() if path not in leaves}
    assert sorted(path.relative_to(PAGE).as_posix() for path in left) == []


def _find_page_imports(path: Path) -> Iterator[Path]:
    """Files that one of the page imports, types included."""
    for target in re.findall(r'from "(\.[^"]+)"', path.read_text("utf-8")):
        base = (path.parent / target).resolve()
        yield from (base.with_name(f"{base.name}.{ending}") for ending in ("ts", "tsx"))


@pytest.mark.parametrize(("package", "union"), ROOMS.items())
def test_the_page_has_a_room_for_every_kind(package: str, union: object) -> None:
    rooms = {path.stem for path in (PAGE / package).iterdir()}
    kinds = set(list_kinds(union))
    assert rooms >= kinds
    listed = re.findall(rf'from "\./{package}/(\w+)"', (PAGE / "kinds.ts").read_text("utf-8"))
    assert set(listed) == kinds


def test_the_page_names_a_kind_in_its_room_and_in_the_list_alone() -> None:
    about_all = {PAGE / name for name in ("contract.ts", "kinds.ts", "rooms.ts")}
    files = {path for path in PAGE.rglob("*.ts*") if path.parent.name not in ROOMS} - about_all
    assert len(files) > 20
    found = {path.relative_to(PAGE).as_posix(): _find_kinds(path.read_text()) for path in files}
    assert {name: lines for name, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    "line",
    [
        'if (model.input.kind === "image") return null;',
        "const { kind } = model.output;",
        'case "policy":',
        'entry.input === "text" && <Line />',
        'if ("features" in of.input) return of.input.features;',
        '"heat_map" in explanation && <HeatMap />',
        'import { text } from "../inputs/text";',
        'import { HeatMap } from "./inputs/HeatMap";',
        'import type { Manifest, ManifestSeriesInput } from "./contract";',
        'export type {\n  Answer as Answered,\n  Survival,\n} from "./contract";',
        "const NAMES = { tabular: 1, series: 2 };",
    ],
)
def test_a_kind_that_is_named_elsewhere_is_found(line: str) -> None:
    assert _find_kinds(line)


def _find_kinds(source: str) -> list[str]:
    """Where TypeScript asks for a kind, names one, guesses it by its fields or takes its types."""
    code = re.sub(r"(?m)//.*$|/\*[\s\S]*?\*/", "", source)
    kinds = [kind for union in ROOMS.values() for kind in list_kinds(union)]
    named = "|".join(kinds)
    key = "|".join(
        set(kinds) - {"text", "value", "labels", "values", "parts"}
    )  # words of every day as well
    rules = [
        r'(?<!class=")\bkind\b',
        rf'(?:[=!]==?|\bcase)\s*"(?:{named})"',
        rf"\b(?:{key})\s*:",
        r'"\w+" in [\w.]*\b(?:input|output|interval|explanation|target)\b',
        rf'from "[./]+/(?:{"|".join(ROOMS)})/',
    ]
    taken = re.findall(r'\{([^}]*)\} from "[./]+/contract"', code)
    types = _list_types() & set(re.findall(r"\w+", " ".join(taken)))
    return [*(match[0] for rule in rules for match in re.finditer(rule, code)), *sorted(types)]


def _list_types() -> set[str]:
    """The types of the contract that are of one kind: parts of a union by kind."""
    unions = re.findall(
        r"^  (?:input|output|interval|explanation|target)\??:\s+(?:\|\s+)?((?:\w+\s+\|\s+)+\w+);",
        (PAGE / "contract.ts").read_text("utf-8"),
        re.MULTILINE,
    )
    types = {name for union in unions for name in re.findall(r"\w+", union)} - {"null"}
    assert {"ManifestTextInput", "ManifestPolicyOutput", "Classes", "LowerBound"} <= types
    return types


def test_a_year_has_one_length_on_the_page() -> None:
    files = [path for path in PAGE.rglob("*.ts*") if "365.25" in path.read_text()]
    assert files == [PAGE / "language.tsx"]
