"""One molecule has one line and one answer; what no chemist would write has none."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdkit import Chem, rdBase
from rdkit.Chem.rdMolDescriptors import CalcMolFormula

from medmaas.model.inputs.reading import InvalidValueError
from medmaas.model.inputs.text import Text
from medmaas.model.kinds import expect
from medmaas.model.manifest import TextInput
from medmaas.model.molecule import spell
from medmaas.model.options import Options
from medmaas.model.predict import predict
from medmaas.model.registry import Registry
from tests.conftest import MODELS

MOLECULES = (
    "CCO", "c1ccccc1", "CC(=O)Oc1ccccc1C(=O)O", "Cn1cnc2n(C)c(=O)n(C)c(=O)c12",
    "OCC1OC(O)C(O)C(O)C1O", "O=[N+]([O-])c1ccccc1", "CC(C)Cc1ccc(cc1)C(C)C(=O)O", "C",
    "c1ccc2ccccc2c1", "c1ccc2[nH]ccc2c1", "c1ccc2cccc-2cc1", "O=C1C=CC(=O)C=C1", "c1ccsc1",
    "Cc1ccccc1C", "C1=CC=CC=CC=C1", "c1ccc(-c2ccccc2)cc1", "c1ccc2c(c1)Cc1ccccc1-2",
    "c1ccc2c(c1)ccc1c2ccc2ccccc21", "O=c1cc[nH]c(=O)[nH]1", "O=C1NC(=O)C(c2ccccc2)(C2=CCCCC2)N1",
    "CC12CCC3C(CCC4=CC(=O)CCC34C)C1CCC2O", "Clc1ccc(C(c2ccc(Cl)cc2)C(Cl)(Cl)Cl)cc1",
    "CN(C)c1ncc[nH]1", "CS(C)=O", "CCOP(=S)(OCC)Oc1ccc([N+](=O)[O-])cc1", "C1C2CC3CC1CC(C2)C3",
    "[O-][n+]1ccccc1", "CN=[N+]=[N-]", "c1cc[o+]cc1", "[cH-]1cccc1", "C[N+](C)(C)C", "C#N",
    "C12C3C4C1C5C2C3C45", "CC(C)(C)C(C)(C)C", "c1nc2ncnc2c[nH]1", "O=c1cccccc1",
    "c1cc2cccc3ccc4cccc1c4c23", "N#Cc1ccccc1C#C", "FC(F)(F)c1cc(Br)cc(I)c1", "OB(O)c1ccccc1",
    "c1ccc2c(c1)[se]c1ccccc12", "[Na+].[O-]C(=O)c1ccccc1", "C[Si](C)(C)O[Si](C)(C)C",
)  # fmt: skip


def refuse(line: str) -> tuple[str, int]:
    """The code of a refusal, and its position."""
    with pytest.raises(InvalidValueError) as refused:
        spell(line)
    return refused.value.fact.code, refused.value.fact.limits["position"]


def read_flat(line: str) -> str:
    """What RDKit takes a line for, without stereo marks and isotopes."""
    with rdBase.BlockLogs():
        molecule = Chem.MolFromSmiles(line)
    if molecule is None:
        return ""
    Chem.RemoveStereochemistry(molecule)
    for atom in molecule.GetAtoms():
        atom.SetIsotope(0)
    return str(Chem.MolToSmiles(Chem.RemoveHs(molecule)))


def count_aromatic(line: str, *, sanitize: bool = True) -> int:
    """Atoms that are aromatic to RDKit, or are written so."""
    molecule = Chem.MolFromSmiles(line, sanitize=sanitize)
    return sum(atom.GetIsAromatic() for atom in molecule.GetAtoms())


def write_formula(line: str) -> str:
    return str(CalcMolFormula(Chem.MolFromSmiles(line)))


@pytest.mark.parametrize("line", MOLECULES)
def test_the_one_line_is_of_the_same_molecule_and_aromatic_where_rdkit_says_so(line: str) -> None:
    written = spell(line).line
    assert read_flat(written) == read_flat(line)
    assert count_aromatic(written, sanitize=False) == count_aromatic(line)


HYDROGENS = "hydrogens as atoms"
HYDROGENS, KEKULE, IN_BRACKETS, EVERY_BOND = "as atoms", "Kekule", "in brackets", "every bond"
FORMS = (HYDROGENS, KEKULE, IN_BRACKETS, EVERY_BOND)


@given(st.sampled_from(MOLECULES), st.integers(1, 10_000), st.sets(st.sampled_from(FORMS)))
@settings(max_examples=200)
def test_every_spelling_of_a_molecule_gives_the_one_line(
    line: str, seed: int, forms: set[str]
) -> None:
    molecule = Chem.MolFromSmiles(line)
    if HYDROGENS in forms:
        molecule = Chem.AddHs(molecule)
    (other,) = Chem.MolToRandomSmilesVect(
        molecule,
        1,
        randomSeed=seed,
        kekuleSmiles=KEKULE in forms,
        allBondsExplicit=EVERY_BOND in forms,
        allHsExplicit=IN_BRACKETS in forms,
    )
    assert spell(other).line == spell(line).line


@pytest.mark.parametrize("path", sorted(MODELS.glob("solubility/*")), ids=lambda path: path.name)
def test_golden_molecules_are_recorded_in_their_one_line(path: object) -> None:
    version = str(path).rsplit("/", 1)[-1]
    manifest = Registry(MODELS).get("solubility", version).manifest
    for case in manifest.golden.cases:
        assert spell(case.instance["smiles"]).line == case.instance["smiles"]


ALIKE = {
    "aromatic or Kekule": ("c1ccccc1", "C1=CC=CC=C1", "C=1C=CC=CC1", "c1:c:c:c:c:c1"),
    "two Kekule forms": ("Cc1ccccc1C", "CC1=CC=CC=C1C", "CC=1C=CC=CC1C"),
    "fused rings": ("c1ccc2[nH]ccc2c1", "C1=CC=C2NC=CC2=C1", "N1C=CC2=CC=CC=C12"),
    "a ring that is none": ("Cc1c(C)cccccc1", "c1cc(C)c(C)cccc1", "Cc1ccccccc1C"),
    "order of atoms": ("CCO", "OCC", "C(O)C"),
    "hydrogens": ("O", "[H]O[H]", "[OH2]", "[H][OH]", "[H]O"),
    "hydrogens of carbon": ("C", "[CH4]", "[H]C([H])([H])[H]", "[CH3][H]"),
    "numbers of rings": ("C1CC1C1CC1", "C1CC1C2CC2", "C%11CC%11C%10CC%10", "C0CC0C1CC1"),
    "branches": ("CC(C)(C)O", "C(C)(C)(C)O", "CC(O)(C)C"),
    "single bonds": ("CC", "C-C", "C1.C1", "[CH3]-[CH3]"),
    "biphenyl": ("c1ccc(cc1)-c1ccccc1", "c1ccccc1c1ccccc1", "c1ccccc1-c1ccccc1"),
    "nitro groups": ("CN(=O)=O", "C[N+](=O)[O-]", "C[N+]([O-])=O", "O=N(C)=O"),
    "N-oxides": ("O=n1ccccc1", "[O-][n+]1ccccc1", "C1=CC=CC=[N+]1[O-]"),
    "azides": ("CN=N#N", "CN=[N+]=[N-]"),
    "sulphoxides": ("CS(C)=O", "C[S+](C)[O-]", "C[S+1]([O-1])C"),
    "charges": ("C[NH3+]", "C[NH3+1]", "[H][N+]([H])([H])C"),
    "double charges": ("[Ca+2]", "[Ca++]"),
    "parts": ("[Na+].[Cl-]", "[Cl-].[Na+]"),
    "stereo marks": ("CC(N)C(=O)O", "C[C@H](N)C(=O)O", "C[C@@H](N)C(=O)O", "N[CH](C)C(O)=O"),
    "double bonds": ("CC=CC", "C/C=C/C", "C/C=C\\C"),
    "isotopes": ("CO", "[13CH3]O", "[2H]OC", "C[18OH]"),
    "numbers of a reaction": ("CC", "[CH3:1][CH3:2]"),
    "iodine with three bonds": ("CI(Cl)Cl", "ClI(C)Cl"),
}


@pytest.mark.parametrize("lines", ALIKE.values(), ids=ALIKE)
def test_what_a_chemist_takes_for_one_molecule_has_one_line(lines: tuple[str, ...]) -> None:
    assert {spell(line).line for line in lines} == {spell(lines[0]).line}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("CCO", "COC"),
        ("c1ccccc1", "C1=CCCC=C1"),
        ("c1cc[nH]c1", "C1CCNC1"),
        ("Oc1ccccn1", "O=c1cccc[nH]1"),  # tautomers
        ("CC(=O)O", "CC(=O)[O-]"),
        ("CC1=CC=CC=CC=C1C", "CC1=C(C)C=CC=CC=C1"),  # no Kekule forms of an aromatic ring
        ("C1CCCCC1C1CCCCC1", "C1CCCC1C1CCCCCC1"),
        ("C1CC2CCCCC2C1", "C1CC2CCCCC1C2"),
        ("C[CH2]", "CC"),
    ],
)
def test_other_molecules_have_other_lines(one: str, other: str) -> None:
    assert spell(one).line != spell(other).line


def test_all_lines_of_a_molecule_get_one_answer(registry: Registry) -> None:
    model = registry.get("solubility")
    for lines in (
        ("c1ccccc1O", "C1=CC=CC=C1O", "[H]Oc1ccccc1", "Oc1ccccc1", "OC=1C=CC=CC=1"),
        ("CN(=O)=O", "C[N+](=O)[O-]", "C[N+]([O-])=O"),
        ("CCO", "OCC", "[CH3][CH2][OH]", "C(C)O"),
    ):
        answers = predict(model, [{"smiles": line} for line in lines])
        assert all(answer == answers[0] for answer in answers)


def test_as_it_is_sent_the_network_answers_two_lines_of_a_molecule_by_a_unit_apart(
    registry: Registry,
) -> None:
    model = registry.get("solubility")
    spec = expect(model.manifest.input, TextInput).model_copy(update={"spelling": "as_sent"})
    lutidine = [{"smiles": line} for line in ("Cc1cccc(C)n1", "CC1=CC=CC(C)=N1")]
    forced = Options(force=True)
    apart = [
        abs(one["output"]["value"] - other["output"]["value"])
        for one, other in (
            predict(replace(model, inputs=Text(spec)), lutidine, forced),
            predict(model, lutidine, forced),
        )
    ]
    assert apart[0] > 1
    assert apart[1] == 0


def test_an_answer_says_that_stereo_marks_and_isotopes_were_not_read(registry: Registry) -> None:
    model = registry.get("solubility")
    plain, marked, across, heavy = predict(
        model,
        [{"smiles": line} for line in ("CC(O)CC=CC", "C[C@H](O)CC=CC", "CC(O)C/C=C/C", "[2H]OCC")],
    )
    assert plain["warnings"] == []
    assert marked["output"] == across["output"] == plain["output"]
    for answer in (marked, across, heavy):
        (warning,) = answer["warnings"]
        assert (warning.field, warning.fact.code) == ("smiles", "smiles_marks_left_out")


NOT_IN_RING, TOO_MANY = "smiles_not_in_aromatic_ring", "smiles_too_many_bonds"
OUT_OF_PLACE, TWICE = "smiles_out_of_place", "smiles_bound_twice"


@pytest.mark.parametrize(
    ("line", "code", "position"),
    [
        ("c1cccc1", NOT_IN_RING, None),
        ("[CH5]C", TOO_MANY, 1),
        ("O(C)c", NOT_IN_RING, 5),
        ("c1cccn1", NOT_IN_RING, None),
        ("CC(C)(C)(C)C", TOO_MANY, 2),
        ("c1cncn1", NOT_IN_RING, None),
        ("c1ccccccccc1C1CCcCC1", NOT_IN_RING, 17),
        ("cc", NOT_IN_RING, 1),
        ("C1CCoCC1", NOT_IN_RING, 5),
        ("o1ccccc1", NOT_IN_RING, None),
        ("[nH]1ccccc1", NOT_IN_RING, None),
        ("c1ccccc1=O", NOT_IN_RING, None),
        ("c1ccc2c(c1)ccc1ccccc12Cc1cccc1", NOT_IN_RING, None),
        ("c1ccccc1(C)C", NOT_IN_RING, 7),
        ("[cH2]1ccccc1", NOT_IN_RING, 1),
        ("Cc1(C)cccc1", NOT_IN_RING, 2),
        ("c1cc2ccc3ccc4ccc5ccc6ccc1c7c2c3c4c567", NOT_IN_RING, 34),
        ("C:C", "smiles_not_aromatic", 3),
        ("CN(C)(C)C", TOO_MANY, 2),
        ("C[NH4]", TOO_MANY, 2),
        ("C[N+](C)(C)(C)C", TOO_MANY, 2),
        ("CO(C)C", TOO_MANY, 2),
        ("C=O=C", TOO_MANY, 3),
        ("O=[OH]C", TOO_MANY, 3),
        ("CCl(C)C", TOO_MANY, 2),
        ("C=F", TOO_MANY, 3),
        ("C=Br", TOO_MANY, 3),
        ("[ClH2]", TOO_MANY, 1),
        ("FB(F)(F)F", TOO_MANY, 2),
        ("F[B-](F)(F)(F)F", TOO_MANY, 2),
        ("FP(F)(F)(F)(F)F", TOO_MANY, 2),
        ("FS(F)(F)(F)(F)(F)F", TOO_MANY, 2),
        ("C[Si](C)(C)(C)C", TOO_MANY, 2),
        ("C#C#C", TOO_MANY, 3),
        ("CC=#C", OUT_OF_PLACE, 4),
        ("[CH4+]", TOO_MANY, 1),
        ("[H]([H])[H]", TOO_MANY, 1),
        ("C[He]", TOO_MANY, 2),
        ("C$C$C", TOO_MANY, 3),
        ("C11", TWICE, 3),
        ("C1C1", TWICE, 4),
        ("C12CC12", TWICE, 7),
        ("C12CCCC12", TWICE, 9),
        ("C-1CC=1", "smiles_ring_bonds_differ", 7),
        ("C#1CCCC=1", "smiles_ring_bonds_differ", 9),
        ("*C", "smiles_any_atom", 1),
        ("C[*]", "smiles_any_atom", 2),
        ("C[*:1]", "smiles_any_atom", 2),
        ("C[Xx]", "smiles_no_atom", 2),
        ("C[CH3+-]", "smiles_no_atom", 2),
        ("C[R1]", "smiles_no_atom", 2),
        ("C[cl]", "smiles_no_atom", 2),
        ("C()C", OUT_OF_PLACE, 3),
        ("C((C)C)C", OUT_OF_PLACE, 3),
        ("C(=)C", OUT_OF_PLACE, 4),
        ("C=(O)C", OUT_OF_PLACE, 3),
        ("C(1CC1)", OUT_OF_PLACE, 3),
        ("C(=1CC=1)", OUT_OF_PLACE, 4),
        ("C.(C)C", OUT_OF_PLACE, 3),
        ("C..C", OUT_OF_PLACE, 3),
        ("C.=C", OUT_OF_PLACE, 3),
        ("CC>>CO", OUT_OF_PLACE, 3),
        ("C~C", OUT_OF_PLACE, 2),
    ],
)
def test_what_no_chemist_would_write_is_refused_by_position(
    line: str, code: str, position: int | None
) -> None:
    found, at = refuse(line)
    assert found == code
    if position is not None:
        assert at == position
    assert 1 <= at <= len(line)


@pytest.mark.parametrize(
    "line",
    [
        "F[P-](F)(F)(F)(F)F", "F[B-](F)(F)F", "FS(F)(F)(F)(F)F", "FP(F)(F)(F)F", "OS(=O)(=O)O",
        "OCl(=O)(=O)=O", "C[N+](C)(C)C", "[OH3+]", "[CH3-]", "F[Si-2](F)(F)(F)(F)F", "Cl[Fe](Cl)Cl",
        "C[Hg]C", "[H][H]", "[H+]", "[Al-](F)(F)(F)F", "C=S(=O)=O", "O=[Se](O)O", "c1ccc2c(c1)o2",
        "[cH+]1cc1", "c1cc[n-]c1", "c1cn[n-]c1", "CI(=O)=O", "C1CCCCC=1", "C(.C)C", "[U]",
        "p1ccccc1", "O=s1cccc1", "c1ccbcc1", "[SH6]", "C[P+](C)(C)C", "[Cu+2]", "c1ccccccc1",
    ],
)  # fmt: skip
def test_what_is_odd_but_can_be_is_read(line: str) -> None:
    assert spell(line).line


TOKENS = (
    *"CNOSPFBIcnos=#-()12", "Cl", "[nH]", "[N+]", "[O-]", "[H]", "[n+]", "[cH-]", "[CH2]",
    "c1ccccc1", "C(=O)", "(C)", "C1=CC=CC=C1",
)  # fmt: skip


@given(st.lists(st.sampled_from(TOKENS), min_size=1, max_size=12).map("".join))
@settings(max_examples=500)
def test_what_is_read_rdkit_reads_too_and_as_the_same_molecule(line: str) -> None:
    try:
        written = spell(line).line
    except InvalidValueError:
        return
    assert spell(written).line == written
    if count_aromatic(line, sanitize=False) == count_aromatic(line):
        assert read_flat(written) == read_flat(line) != ""
    else:  # rings that are written as aromatic and are not: their double bonds may be elsewhere
        assert write_formula(written) == write_formula(line)
