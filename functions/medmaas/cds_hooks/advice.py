"""A call becomes cards: through the same mapping and the same core as every other answer."""

from datetime import datetime

from medmaas.cds_hooks.call import Call
from medmaas.cds_hooks.cards import Card, write_cards, write_unclear, write_unusable
from medmaas.cds_hooks.orders import find_replaced
from medmaas.errors import InvalidRequestError
from medmaas.fhir.bundle import read_prefetch
from medmaas.fhir.evaluation import evaluate
from medmaas.fhir.record import MixedPatientsError
from medmaas.model.explanation.budget import Budget
from medmaas.model.options import Options
from medmaas.model.registry import Model
from medmaas.words import Words

OPTIONS = Options(explain=True, explain_seconds=0.25)  # a call is to be answered within 0.5 s


def advise(
    model: Model, call: Call, as_of: datetime, address: str, *, words: Words, budget: Budget
) -> list[Card]:
    """What there is to say: one card, and one for an order whose drug cannot be told.

    There is none where all orders that are to be signed are of other drugs.

    Args:
        model: behind the service.
        call: held against the standard.
        as_of: now.
        address: of the service, for links.
        words: in which it is said.
        budget: what the explanation may take.

    Raises:
        InvalidRequestError: the prefetched record is of two patients, or no record.
    """
    orders = find_replaced(call, model)
    if orders is None:
        return []
    unclear = [write_unclear(model, address, orders.unclear, words)] if orders.unclear else []
    if orders.is_only_unclear:
        return unclear
    record = read_prefetch(call.prefetch)
    try:
        evaluation = evaluate(model, record, as_of, OPTIONS, words=words, budget=budget)
    except MixedPatientsError:
        raise
    except InvalidRequestError as error:  # a clinician can look at it, a record system cannot
        return [write_unusable(model, address, error, words), *unclear]
    return [*write_cards(evaluation, address, orders), *unclear]
