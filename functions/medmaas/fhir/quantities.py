"""The unit of a quantity, as it was meant: by its UCUM code, or as laboratories spell it."""

from medmaas.facts import Fact
from medmaas.fhir.elements import UCUM, Quantity
from medmaas.fhir.terminologies import name_system
from medmaas.model.unit_spellings import find_unit
from medmaas.model.units import UnitError, contradict


def read_unit(quantity: Quantity) -> tuple[str, bool]:
    """The UCUM code of a quantity's unit, and whether it had to be read from a spelling.

    Raises:
        UnitError: there is none, or none that is known; or code and text are different units.
    """
    is_ucum = name_system(quantity.system) == UCUM
    coded = find_unit(quantity.code) if is_ucum and quantity.code else None
    spelled = find_unit(quantity.unit) if quantity.unit else None
    if coded and spelled and contradict(coded, spelled):
        raise UnitError(Fact("contradicting_units"))
    if is_ucum and quantity.code is not None:
        # an unknown code is the feature's own, or it is refused when it is converted
        return coded or quantity.code, coded != quantity.code and coded is not None
    if spelled:
        return spelled, True
    raise UnitError(Fact("quantity_without_unit", system=UCUM))
