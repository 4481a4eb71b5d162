"""Orders that are about to be signed: which of them are of the drug that a model knows."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from medmaas.cds_hooks.call import ORDERS_AT, Call
from medmaas.fhir.administrations import carries
from medmaas.model.manifest import Orders

_DRUG_ORDERS = {"MedicationRequest"}
_ID = re.compile(r"[A-Za-z0-9.\-]{1,64}")


@dataclass(frozen=True, slots=True)
class Replaced:
    """Draft orders that a suggestion would take the place of.

    Attributes:
        of_drug: those of the drug, each with an id.
        nameless: whether one of the drug has no id, so that nothing can take its place.
        unclear: whether there is only one whose drug is not known, because no system that
            is known names it.
    """

    of_drug: tuple[Mapping[str, Any], ...] = ()
    nameless: bool = False
    unclear: bool = False


def find_replaced(call: Call, orders: Orders | None) -> Replaced | None:
    """Look through what is about to be signed; None if all of it is of other drugs.

    Args:
        call: held against the standard.
        orders: what the model orders, if it orders anything.
    """
    if call.hook not in ORDERS_AT or orders is None:
        return Replaced()
    codes = orders.treatment.codes
    drugs = [order for order in call.orders if order["resourceType"] in _DRUG_ORDERS]
    of_drug = [o for o in drugs if carries(o.get("medicationCodeableConcept"), codes)]
    if of_drug:
        named = tuple(order for order in of_drug if _ID.fullmatch(str(order.get("id") or "")))
        return Replaced(named, nameless=len(named) < len(of_drug))
    systems = {code.system for code in codes}
    unclear = any(not _names_system(o.get("medicationCodeableConcept"), systems) for o in drugs)
    return Replaced(unclear=True) if unclear else None


def _names_system(concept: object, systems: set[str]) -> bool:
    coding = concept.get("coding") if isinstance(concept, dict) else None
    return any(
        isinstance(one, dict) and str(one.get("system")) in systems and one.get("code")
        for one in (coding if isinstance(coding, list) else ())
    )
