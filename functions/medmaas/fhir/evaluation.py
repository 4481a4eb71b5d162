"""A record in, a prediction out: through the same core as every other answer."""

from datetime import datetime

from medmaas.errors import InvalidRequestError, Problem
from medmaas.facts import Fact
from medmaas.fhir.case import Case, Evaluation
from medmaas.fhir.mapping import map_record
from medmaas.fhir.record import Record
from medmaas.model.explanation.budget import Budget
from medmaas.model.options import Options
from medmaas.model.predict import predict
from medmaas.model.registry import Model
from medmaas.words import ENGLISH, Words


def evaluate(
    model: Model,
    record: Record,
    as_of: datetime,
    options: Options,
    *,
    words: Words = ENGLISH,
    budget: Budget | None = None,
) -> Evaluation:
    """What a model says of a patient.

    Args:
        model: one whose manifest reads records.
        record: of one patient.
        as_of: the moment that is asked for, with its offset.
        options: what else is asked for; an answer that the model abstains from, or that was forced,
            comes without an explanation.
        words: what is to be said will be said in them.
        budget: what the explanation may take; by itself what the options say.

    Returns:
        The case, and its prediction unless data are missing. The model abstains from a case that
        is held back, with its reason.

    Raises:
        InvalidRequestError: the record holds what cannot be used, or a value that no patient has;
            details name resource and rule.
    """
    case = map_record(model.manifest, record, as_of)
    if case.missing:
        return Evaluation(model, case, None, words)
    try:
        (prediction,) = predict(
            model, [case.instance], options, budget, explain_all=False, held=[case.reason]
        )
    except InvalidRequestError as error:
        raise _tell(error, case) from None
    return Evaluation(model, case, prediction, words)


def _tell(error: InvalidRequestError, case: Case) -> InvalidRequestError:
    """The problems of an instance, as those of the resources that it was made of."""
    if not any(problem.instance is not None for problem in error.details):
        return error
    where = case.locations or {}
    return InvalidRequestError(
        "record_implausible",
        [
            Problem(
                None,
                where.get(p.field or "", p.field),
                Fact("of_field", field=p.field, problem=p.fact),
            )
            for p in error.details
        ],
    )
