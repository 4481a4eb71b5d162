"""Orders that are about to be signed: which of them are of the drug that a model knows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from medmaas.fhir.administrations import carries
from medmaas.model.manifest import Orders

_DRUG_ORDERS = {"MedicationRequest"}


@dataclass(frozen=True, slots=True)
class Sorted:
    """Draft orders.

    Attributes:
        of_drug: those of the drug.
        unclear: whether the drug of another cannot be told, because no system that is known
            names it.
    """

    of_drug: tuple[Mapping[str, Any], ...]
    unclear: bool


def sort_orders(orders: Sequence[Mapping[str, Any]], known: Orders) -> Sorted:
    """Look through draft orders for the treatment."""
    codes = known.treatment.codes
    drugs = [order for order in orders if order["resourceType"] in _DRUG_ORDERS]
    of_drug = [o for o in drugs if carries(o.get("medicationCodeableConcept"), codes)]
    systems = {code.system for code in codes}
    unclear = any(not _names_system(o.get("medicationCodeableConcept"), systems) for o in drugs)
    return Sorted(tuple(o for o in of_drug if isinstance(o.get("id"), str)), unclear)


def _names_system(concept: object, systems: set[str]) -> bool:
    coding = concept.get("coding") if isinstance(concept, dict) else None
    return any(
        isinstance(one, dict) and one.get("system") in systems
        for one in (coding if isinstance(coding, list) else ())
    )
