"""Every way in for a patient: drop, paste, small files of each kind; and the answer is seen."""

import base64
import csv
from pathlib import Path

import pytest

from medmaas.cli import main
from medmaas.model.registry import Registry
from tests.conftest import ROOT
from tests.page.conftest import Open, is_answer
from tests.page.files import ask, read_counts, save_csv

CELL = ROOT / "tests" / "data" / "blood_cells" / "neutrophil.png"
GIVE = {
    "dropped": """data => document.querySelector('.drop').dispatchEvent(
        new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true}))""",
    "pasted": """data => document.body.dispatchEvent(
        new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true}))""",
}


@pytest.mark.parametrize("how", GIVE)
def test_a_picture_may_be_dropped_or_pasted(visit: Open, how: str) -> None:
    page = visit().go("#/blood_cell", ".examples button")
    picture = base64.b64encode(CELL.read_bytes()).decode()
    page.evaluate(
        f"""picture => {{ const data = new DataTransfer();
        const bytes = Uint8Array.from(atob(picture), c => c.charCodeAt(0));
        data.items.add(new File([bytes], 'cell.png', {{type: 'image/png'}}));
        ({GIVE[how]})(data); }}""",
        picture,
    )
    page.wait_for_selector("img.given")
    with page.expect_response(is_answer) as asked:
        page.get_by_role("button", name="Ask").click()
    assert asked.value.request.post_data_json == {"instances": [{"image": picture}]}
    page.wait_for_selector(".answer")


def test_what_is_no_picture_is_refused_beside_its_field(visit: Open, tmp_path: Path) -> None:
    page = visit().go("#/blood_cell", ".examples button")
    (tmp_path / "cell.png").write_bytes(b"not a picture")
    page.locator("#value-picture").set_input_files(tmp_path / "cell.png")
    page.wait_for_selector("#value-picture-problem:not(:empty)")
    assert "no picture that can be read here" in page.locator("#value-picture-problem").inner_text()


FILES = {
    "chemo_dose": (
        "id,day,anc,platelets,wbc\na,-7,4.8,230,7.1\na,0,5.2,245,7.4\nb,0,-1,245,7.4\n",
        "recommended",
    ),
    "solubility": ("id,smiles\na,CCO\nb,C1CC(\n", "value"),
    "breast_fna": ("id,{names}\na,{values}\nb\n", "label"),
}


@pytest.mark.parametrize("model", FILES)
def test_a_small_file_of_every_kind_is_answered(
    visit: Open, registry: Registry, model: str, tmp_path: Path
) -> None:
    text, column = FILES[model]
    example = registry.get(model).manifest.examples[0].instance
    path = tmp_path / "rows.csv"
    path.write_text(
        text.format(names=",".join(example), values=",".join(map(str, example.values())))
    )
    page = visit().go(f"#/{model}/file", "#file")
    page.locator("#file").set_input_files(path)
    ask(page)
    assert read_counts(page)[2] == 1
    row = next(row for row in save_csv(page) if row["status"] != "rejected")
    assert row["id"] == "a"
    assert row[column]
    assert main(["batch", model, str(path), str(tmp_path)]) == 0
    (same,) = csv.DictReader((tmp_path / "predictions.csv").read_text("utf-8").splitlines())
    shared = row.keys() & same.keys() - {"id", "warnings"}
    assert column in shared
    assert {name: read_cell(row[name]) for name in shared} == {
        name: read_cell(same[name]) for name in shared
    }


def read_cell(text: str) -> float | str:
    """A number however it is written."""
    try:
        return float(text)
    except ValueError:
        return text


@pytest.mark.parametrize("width", [1200, 360])
def test_the_answer_is_brought_to_the_reader(visit: Open, width: int) -> None:
    page = visit(width=width).go("#/breast_fna", ".examples button")
    page.locator(".examples button").first.click()
    page.wait_for_selector(".reasons")
    if width < 900:
        page.get_by_role("button", name="change", exact=True).click()
    page.get_by_role("button", name="Ask", exact=True).click()
    page.wait_for_selector(".answer:focus")
    page.wait_for_selector(".reasons")
    top = page.evaluate("document.querySelector('.answer').getBoundingClientRect().top")
    assert 0 <= top < 450
