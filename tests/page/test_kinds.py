"""A new kind is a room, and a line in the list of kinds: the compiler asks for nothing else."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT

CONTRACT = """
export interface ManifestToyInput { tensor: string; kind: "toy"; field: string }
export interface ManifestToyOutput { tensor: string; kind: "toy_answer" }
export interface Toy { toy: number }
"""
# what stands before a union, which is broken into lines once it is long, and what joins it
UNIONS = {
    # that of a manifest, not that of a part, which has no parts
    r"  input:\s+(?:\|\s+)?(?=[^;]*ManifestPartsInput)": "  input: ManifestToyInput | ",
    r"  output:\s+(?:\|\s+)?(?=ManifestClassesOutput)": "  output: ManifestToyOutput | ",
    r"  output:\s+(?:\|\s+)?(?=Classes)": "  output: Toy | ",
}
INPUT = """
import { Values } from "../answer/Values";
import { openContent } from "../ask/draft";
import type { InputRoom, Taking } from "../rooms";

export const toy: InputRoom<Taking<"toy">> = {
  name: { en: "toy", zh: "玩具" },
  cases: () => "texts",
  heading: { en: "The toy", zh: "玩具" },
  Fields: ({ draft, onChange }) => (
    <input
      value={draft.content}
      onInput={(event) => onChange({ ...draft, content: event.currentTarget.value })}
    />
  ),
  open: ({ input }, instance) => openContent(instance[input.field]),
  read: ({ input }, draft) => ({ [input.field]: draft.content }),
  Given: Values,
  Reasons: ({ explanation }) => <p>{explanation.method}</p>,
  file: { list: ({ input }) => [input.field] },
  listFeatures: () => [],
};
"""
OUTPUT = """
import type { Toy } from "../contract";
import { translate } from "../language";
import type { Giving, OutputRoom } from "../rooms";

export const toy_answer: OutputRoom<Giving<"toy_answer">, Toy> = {
  name: { en: "toy", zh: "玩具" },
  question: { en: "Which toy?", zh: "哪个玩具" },
  Answer: ({ output }) => <p class="verdict">{output.toy}</p>,
  listClaims: () => [],
  nameCurve: () => "",
  nameTarget: translate,
  writeCells: ({ toy }) => ({ toy }),
};
"""


def compile_page(page: Path) -> list[str]:
    """What the compiler says, a line per error."""
    node = ROOT / ".venv" / "bin" / "node"
    command = [str(node if node.exists() else "node"), "node_modules/typescript/bin/tsc"]
    done = subprocess.run(command, cwd=page, check=False, capture_output=True, text=True)
    errors = re.findall(r"^\S+: error .*", done.stdout, re.MULTILINE)
    assert bool(errors) == bool(done.returncode), done.stderr
    return errors


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """A copy of the page, whose contract has a new kind of input and one of output."""
    (tmp_path / "functions").symlink_to(ROOT / "functions")
    copy = tmp_path / "page"
    copy.mkdir()
    for name in ("src", "locales"):
        shutil.copytree(ROOT / "page" / name, copy / name)
    shutil.copy(ROOT / "page" / "tsconfig.json", copy)
    (copy / "node_modules").symlink_to(ROOT / "page" / "node_modules")
    contract = copy / "src" / "contract.ts"
    text = contract.read_text("utf-8")
    for union, wider in UNIONS.items():
        text, count = re.subn(union, wider, text)
        assert count == 1
    contract.write_text(text + CONTRACT)
    return copy


def test_a_kind_without_a_room_is_missed_in_the_list_alone(page: Path) -> None:
    errors = compile_page(page)
    assert [re.sub(r"\(.*", "", error) for error in errors] == ["src/kinds.ts"] * 2
    assert "'toy' is missing" in errors[0]
    assert "'toy_answer' is missing" in errors[1]


def test_two_rooms_and_the_list_are_all_that_two_new_kinds_need(page: Path) -> None:
    (page / "src" / "inputs" / "toy.tsx").write_text(INPUT)
    (page / "src" / "outputs" / "toy_answer.tsx").write_text(OUTPUT)
    kinds = page / "src" / "kinds.ts"
    listed = kinds.read_text("utf-8").replace("  text,\n", "  text,\n  toy,\n")
    listed = listed.replace("  policy,\n", "  policy,\n  toy_answer,\n")
    imported = 'import { toy } from "./inputs/toy";\n'
    imported += 'import { toy_answer } from "./outputs/toy_answer";\n'
    kinds.write_text(imported + listed)
    assert compile_page(page) == []
