"""Orders that are about to be signed: which of them are of the drug that a model knows."""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from medmaas.cds_hooks.call import ORDERS_AT, Call
from medmaas.errors import InvalidRequestError
from medmaas.facts import Fact
from medmaas.fhir.bundle import read_prefetch
from medmaas.fhir.given import list_sources
from medmaas.fhir.medications import MEDICATIONS, Drug, Medications, make_drugs
from medmaas.fhir.record import Entry
from medmaas.model.manifest import AdministrationSource, DrugOrder
from medmaas.model.registry import Model

_DRUG_ORDERS = {"MedicationRequest"}
_NO_ORDERS = ("cancelled", "entered-in-error")  # a status may be anything: a set could not hold it
_ID = re.compile(r"[A-Za-z0-9.\-]{1,64}")


@dataclass(frozen=True, slots=True)
class Replaced:
    """Draft orders that a suggestion would take the place of.

    Attributes:
        of_drug: those of the drug, each with an id.
        of_gcsf: those of what is given after it, each with an id.
        unclear: why of an order it cannot be told whether it is of the drug.
        obstacle: why nothing can take their place: then there are no suggestions, or the drug
            would be ordered twice.
        notes: what to know of them.
    """

    of_drug: tuple[Mapping[str, Any], ...] = ()
    of_gcsf: tuple[Mapping[str, Any], ...] = ()
    unclear: Fact | None = None
    obstacle: Fact | None = None
    notes: tuple[Fact, ...] = ()

    @property
    def is_only_unclear(self) -> bool:
        """Whether none is known to be of the drug."""
        return self.unclear is not None and not self.of_drug and self.obstacle is None


NOTHING_REPLACED = Replaced()


def find_replaced(call: Call, model: Model) -> Replaced | None:
    """Look through what is about to be signed; None if all of it is of other drugs.

    Args:
        call: held against the standard.
        model: behind the service.
    """
    orders = model.output.orders
    if call.hook not in ORDERS_AT or orders is None:
        return NOTHING_REPLACED
    medications = Medications(_list_medications(call))
    drug = _find_drug(model, orders.treatment)
    found = [(one, drug.judge(medications.read(one))) for one in call.orders if _is_drug_order(one)]
    of_drug = [(order, identity) for order, identity in found if identity.verdict == "drug"]
    rules = {identity.rule for _, identity in found if identity.rule}
    rule = min(rules, key=lambda one: one.code, default=None)
    unclear = Fact("order_unclear", drug=drug.display, rule=rule) if rule else None
    if not of_drug:
        return Replaced(unclear=unclear) if unclear else None
    named = tuple(order.content for order, _ in of_drug if _is_named(order))
    obstacle = Fact("nothing_to_accept_unclear") if unclear else None
    gcsf = _list_of(_find_drug(model, orders.gcsf), call, medications) if orders.gcsf else []
    beside = tuple(order.content for order in gcsf if _is_named(order))
    if len(named) < len(of_drug) or len(beside) < len(gcsf):
        obstacle = Fact("nothing_to_accept")
    by_name = [order for order, identity in of_drug if identity.by_name]
    notes = [
        Fact("drug_by_name", resource=one.reference or one.where, drug=drug.display)
        for one in by_name
    ]
    return Replaced(named, beside, unclear, obstacle, tuple(notes))


def _list_of(drug: Drug, call: Call, medications: Medications) -> list[Entry]:
    """The orders of a drug."""
    orders = filter(_is_drug_order, call.orders)
    return [one for one in orders if drug.judge(medications.read(one)).verdict == "drug"]


def _find_drug(model: Model, order: DrugOrder) -> Drug:
    """The drug of an order, as the model knows it where it was given."""
    codes = order.codes
    sources = list_sources(model.manifest.input.recorded_features)
    drugs = make_drugs(sources)
    for name, source in sources.items():
        if not {(c.system, c.code) for c in codes}.isdisjoint(
            (c.system, c.code) for c in source.codes
        ):
            return drugs[name]
    return Drug(AdministrationSource(codes=codes, oldest_days=1), sources.values())


def _list_medications(call: Call) -> Iterator[Entry]:
    """What orders may refer to: beside them, or in prefetch."""
    yield from (one for one in call.orders if one.content["resourceType"] in MEDICATIONS)
    if any("medicationReference" in one.content for one in call.orders):
        with suppress(InvalidRequestError):  # said where the record is read
            entries = read_prefetch(call.prefetch).entries
            yield from (one for kind in MEDICATIONS for one in entries.get(kind, ()))


def _is_drug_order(order: Entry) -> bool:
    content = order.content
    is_order = content.get("doNotPerform") is not True and content.get("status") not in _NO_ORDERS
    return content["resourceType"] in _DRUG_ORDERS and is_order


def _is_named(order: Entry) -> bool:
    return _ID.fullmatch(str(order.content.get("id") or "")) is not None
