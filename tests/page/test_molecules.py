"""A molecule is drawn, its atoms by their share; several become a table, each called what it is."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from medmaas.model.molecule.line import read_molecule, read_tokens
from medmaas.model.registry import Registry
from tests.page.conftest import Open
from tests.page.looks import require_every_look

FIVE = ["CCO", "Cn1cnc2n(C)c(=O)n(C)c(=O)c12", "CC(=O)[O-].[Na+]", "aspirin", "CC(C)Cc1ccccc1"]


def fill(page: Page, text: str) -> None:
    page.locator("#value-text").fill(text)


def ask(page: Page) -> None:
    page.get_by_role("button", name="Ask", exact=True).click()


def list_atoms(line: str) -> list[dict[str, object]]:
    """Made-up shares of a line's atoms, as the service names these."""
    atoms = [token for token in read_tokens(line) if token.lastgroup == "atom"]
    return [
        {"position": token.start() + 1, "symbol": token.group(), "contribution": 0.1 * (i + 1)}
        for i, token in enumerate(atoms)
    ]


def explain_always(page: Page) -> None:
    """Every line is answered as ethanol is, and explained, however slow the machine is."""

    def tell(route: Route) -> None:
        address = route.request.url.replace("/explain", "/predict")
        line = (route.request.post_data_json or {})["instances"][0]["smiles"]
        answer = route.fetch(url=address, post_data='{"instances": [{"smiles": "CCO"}]}')
        told = answer.json()
        if route.request.url.endswith("/explain"):
            told["predictions"][0]["explanation"] = EXPLANATION | {
                "atoms": list_atoms(line),
                "characters": [
                    {"position": i + 1, "character": character, "contribution": 0.1}
                    for i, character in enumerate(line)
                ],
            }
        route.fulfill(response=answer, json=told)

    page.route(re.compile(r"/(explain|predict)$"), tell)


NO_CHANGE = {"code": "line_without_it", "limits": {}}
EXPLANATION = {
    "sentence": "", "method": "", "against": "", "complete": True, "of": "value",
    "unit": "log10(mol/L)", "baseline": -2.8, "prediction": 1.1, "bonds": [],
    "parts": {
        "sentence": {"code": "clauses", "limits": {"clauses": []}},
        "method": {"code": "exact_shapley_values", "limits": {}},
        "against": NO_CHANGE,
    },
}  # fmt: skip


def test_five_molecules_with_a_salt_and_a_name_take_two_steps(visit: Open) -> None:
    opened = visit()
    page = opened.go("#/solubility", ".examples button")
    fill(page, "\n".join(FIVE))  # step 1: paste
    ask(page)  # step 2
    rows = page.locator(".several tbody tr")
    expect(rows).to_have_count(5)
    assert "3 molecules answered" in page.locator(".molecules").inner_text()
    told = rows.all_inner_texts()
    for row in (0, 1, 4):
        assert re.search(r"-?[\d.]+ log₁₀\(mol/L\) \(90%: -?[\d.]+ to -?[\d.]+\)", told[row])
        expect(rows.nth(row).locator("svg.molecule")).to_be_visible()
    assert "is a salt: the dot at character 11" in told[2]
    assert "is a name, not a SMILES" in told[3]
    assert "it takes" not in page.locator("main").inner_text(), "the dump of characters"
    assert page.locator("main").inner_text().count("is a salt") == 1
    assert opened.list_faults() == []


@pytest.mark.parametrize("text", ["CCO;CCN", "CCO, CCN", "CCO,CCN", " CCO \r\n\r\nCCN\n"])
def test_several_are_parted_by_lines_semicolons_or_commas(visit: Open, text: str) -> None:
    page = visit().go("#/solubility", ".examples button")
    fill(page, text)
    ask(page)
    expect(page.locator(".several tbody tr")).to_have_count(2)
    assert page.locator(".several code").all_inner_texts() == ["CCO", "CCN"]


CALLED = {
    "2,4-dinitrophenol": "is a name",
    "acetic acid": "is a name",
    "C9H8O4": "is a molecular formula",
    "InChI=1S/C2H6O/c1-2-3/h3H,2H2,1H3": "is an InChI",
    "50-78-2": "is a CAS number",
    "CCO>>CC=O": "is a reaction",
    "CCO.O": "is several molecules",
    "CC*": "character 3 stands for any atom",
    "C1CC": "character 2 opens something that is never closed",
    "CC(=O)C)C": "character 8 closes a branch",
    "C" * 129: "longer than 128 characters",
}


@pytest.mark.parametrize("line", CALLED)
def test_what_is_no_smiles_of_one_molecule_is_called_that_at_its_field(
    visit: Open, line: str
) -> None:
    page = visit().go("#/solubility", ".examples button")
    fill(page, line)
    ask(page)
    expect(page.locator("#value-text-problem")).to_contain_text(CALLED[line])


def test_a_name_behind_a_smiles_is_left_out_by_one_button(visit: Open) -> None:
    page = visit().go("#/solubility", ".examples button")
    fill(page, "CCO ethanol\nCCN\tethylamine\nCCC")
    assert "2 lines go on behind a blank" in page.locator(".mend").inner_text()
    page.get_by_role("button", name="Keep the SMILES alone").click()
    assert page.locator("#value-text").input_value() == "CCO\nCCN\nCCC"
    fill(page, "acetic acid")
    assert page.locator(".mend").count() == 0, "the name's first word is no SMILES"


@pytest.mark.parametrize("line", [" CCO ", "c1ccccc1O", "[2H]C([2H])([2H])O"])
def test_a_molecule_however_written_has_one_answer(visit: Open, line: str) -> None:
    page = visit().go("#/solubility", ".examples button")
    fill(page, line)
    page.locator("#value-text").press("Enter")
    page.wait_for_selector(".verdict")
    expect(page.locator(".field svg.molecule")).to_be_visible()


# charged, bracketed, of two letters, aromatic, with ring numbers, centres and double bonds
DRAWN = [
    "C[N+](C)(C)CC([O-])=O", "Clc1ccc(Br)cc1C#N", "CCCl", "c1ccc2[nH]ccc2c1", "N[C@@H](C)C(=O)O",
    "C/C=C/C(=O)O", "C%10CCCCC%10Cl", "C1CC1C1CC1", "OC(=O)c1ccccc1OC(C)=O", "FC(F)(F)c1nccs1",
    "O=C1CCC2C3CCC4=CC(=O)CCC4(C)C3CCC12C", "CC(C)(C)[C@H]1CC[C@@H](O)CC1", "[2H]OC",
    "OC(=O)[C@H]1N2C(=O)[C@@H](NC(=O)Cc3ccccc3)[C@H]2SC1(C)C", "Cn1cnc2n(C)c(=O)n(C)c(=O)c12",
]  # fmt: skip


@pytest.mark.parametrize("line", DRAWN)
def test_every_atom_is_coloured_where_it_is_drawn(visit: Open, line: str) -> None:
    """The service's positions are those of the drawing, which names the element at each."""
    opened = visit()
    page = opened.go("#/solubility", ".examples button")
    explain_always(page)
    fill(page, line)
    ask(page)
    drawing = page.locator("svg.explained")
    expect(drawing).to_be_visible()
    shares = list_atoms(line)
    expect(drawing.locator(".share")).to_have_count(len(shares))
    for share in shares:
        position = share["position"]
        circle = drawing.locator(f'.share[data-position="{position}"]')
        assert f"position {position}:" in (circle.locator("title").text_content() or "")
        label = drawing.evaluate(FIND_LABEL, position)
        (element,) = re.findall(r"^\[?\d*([A-Z][a-z]?|[a-z])", str(share["symbol"]))
        allowed = {element.capitalize()} | ({""} if element in "Cc" else set())
        assert label in allowed, share
    bonds = drawing.locator("[data-between]").evaluate_all(
        "bonds => bonds.map(bond => bond.dataset.between.split(' ').map(Number))"
    )
    molecule = read_molecule(line)
    assert {tuple(sorted(bond)) for bond in bonds if 0 not in bond} == {
        tuple(sorted((molecule.starts[one] + 1, molecule.starts[other] + 1)))
        for one, others in enumerate(molecule.bonds)
        for other in others
    }
    assert opened.list_faults() == []


# the element that is written where a circle is
FIND_LABEL = """(drawing, position) => {
  const circle = drawing.querySelector(`.share[data-position="${position}"]`);
  const [x, y] = ['cx', 'cy'].map(name => circle.getAttribute(name));
  const texts = [...drawing.querySelectorAll('text')];
  const found = texts.find(text => text.dataset.x === x && text.dataset.y === y);
  return found ? found.dataset.symbol : '';
}"""


def test_a_drawing_has_a_legend_and_a_table_behind_it(visit: Open) -> None:
    page = visit().go("#/solubility", ".examples button")
    explain_always(page)
    page.locator(".examples button").nth(2).click()
    drawing = page.locator("svg.explained")
    expect(drawing).to_be_visible()
    assert "What counts most" in (drawing.get_attribute("aria-label") or "")
    figure = page.locator("figure", has=drawing)
    assert "Solid rim: raises the answer" in figure.inner_text()
    figure.get_by_text("Show as a table").click()
    assert figure.locator("tbody tr").count() >= 15


def test_where_a_molecule_cannot_be_drawn_its_characters_stay(visit: Open) -> None:
    opened = visit()
    opened.page.route("**/smiles-drawer*", lambda route: route.abort())
    page = opened.go("#/solubility", ".examples button")
    explain_always(page)
    page.locator(".examples button").first.click()
    expect(page.locator(".characters span").first).to_be_visible()
    assert page.locator("svg.molecule").count() == 0


def test_the_drawing_is_loaded_with_the_first_molecule_alone(visit: Open) -> None:
    opened = visit()
    opened.go("#/breast_fna", ".examples button")
    assert not [address for address in opened.asked if "smiles-drawer" in address]


def test_a_table_of_lines_that_were_changed_says_so(visit: Open) -> None:
    page = visit().go("#/solubility", ".examples button")
    fill(page, "CCO\nCCN")
    ask(page)
    page.wait_for_selector(".several")
    assert page.locator(".stale").count() == 0
    fill(page, "CCO\nCCC")
    assert "ask again" in page.locator(".stale .doubt").inner_text()


def test_more_molecules_than_a_table_takes_are_sent_to_a_file(visit: Open) -> None:
    page = visit().go("#/solubility", ".examples button")
    fill(page, "\n".join(["C"] * 1001))
    ask(page)
    expect(page.locator("main")).to_contain_text("send them as a file")


def test_no_word_of_a_molecules_answer_is_of_a_patient(visit: Open, registry: Registry) -> None:
    page = visit().go("#/solubility", ".examples button")
    explain_always(page)
    page.locator(".examples button").nth(2).click()
    page.wait_for_selector("svg.explained")
    told = page.locator("main").inner_text().lower()
    for text in registry.get(
        "solubility"
    ).manifest.card.out_of_scope:  # it names what it is not for
        told = told.replace(text.lower(), "")
    assert not re.search(r"\b(patients?|fate|people)\b", told)


def test_molecules_are_accessible_in_every_look(visit: Open) -> None:
    opened = visit()
    page = opened.go("#/solubility", ".examples button")
    explain_always(page)
    page.locator(".examples button").nth(2).click()
    page.wait_for_selector("svg.explained")
    require_every_look(opened, "molecule")


def test_a_table_of_molecules_is_accessible_in_every_look(visit: Open) -> None:
    opened = visit()
    page = opened.go("#/solubility", ".examples button")
    fill(page, "\n".join(FIVE))
    ask(page)
    page.wait_for_selector(".several svg.molecule")
    require_every_look(opened, "molecules")
