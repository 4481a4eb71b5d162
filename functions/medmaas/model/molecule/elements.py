"""The elements: their symbols, and how many bonds each takes.

The valences of RDKit (https://www.rdkit.org), which is what the models' chemistry was learned with.
An ion takes the bonds of the element that has as many electrons, so N+ those of carbon.
"""

SYMBOLS = (  # noqa: SIM905 - a list of 119 strings is harder to read
    "* H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se "
    "Br Kr Rb Sr Y Zr Nb Mo Tc Ru Rh Pd Ag Cd In Sn Sb Te I Xe Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb Dy "
    "Ho Er Tm Yb Lu Hf Ta W Re Os Ir Pt Au Hg Tl Pb Bi Po At Rn Fr Ra Ac Th Pa U Np Pu Am Cm Bk Cf "
    "Es Fm Md No Lr Rf Db Sg Bh Hs Mt Ds Rg Cn Nh Fl Mc Lv Ts Og"
).split()
NUMBERS = {symbol: number for number, symbol in enumerate(SYMBOLS)}
HYDROGEN, CARBON, NITROGEN, OXYGEN, PHOSPHORUS, SULPHUR = 1, 6, 7, 8, 15, 16
SELENIUM, TELLURIUM = 34, 52
CHLORINE, BROMINE, IODINE = 17, 35, 53
_VALENCES: dict[int, tuple[int, ...]] = {
    0: (0,), 1: (1,), 2: (0,), 4: (2,), 5: (3,), 6: (4,), 7: (3,), 8: (2,), 9: (1,), 10: (0,),
    13: (3,), 14: (4,), 15: (3, 5), 16: (2, 4, 6), 17: (1,), 18: (0,), 31: (3,), 32: (4,),
    33: (3, 5), 34: (2, 4, 6), 35: (1,), 36: (0,), 49: (3,), 50: (2, 4), 51: (3, 5),
    52: (2, 4, 6), 53: (1, 3, 5), 54: (0, 2, 4, 6), 82: (2, 4), 83: (3, 5), 84: (2, 4, 6),
    85: (1, 3, 5), 86: (0,),
}  # fmt: skip
# electrons of the outer shell, of what can be part of an aromatic ring
OUTER = {5: 3, 6: 4, 7: 5, 8: 6, 14: 4, 15: 5, 16: 6, 34: 6, 52: 6}


def list_valences(number: int, charge: int) -> tuple[int, ...]:
    """The numbers of bonds that an atom takes, the smallest first; empty if any will do."""
    if number not in _VALENCES:
        return ()
    found = _VALENCES.get(number - charge, () if number > charge else (0,))
    if (number in (PHOSPHORUS, SULPHUR) and number - charge > SULPHUR) or (
        number in (33, SELENIUM) and number - charge > SELENIUM
    ):
        most = _VALENCES[number][-1] + charge  # PF6- and the like
        return tuple(v for v in (*found, *range(2, most + 1, 2)) if v <= most) or (most,)
    return found
