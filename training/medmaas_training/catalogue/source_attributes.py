"""The 31 source attributes of 45 CFR 170.315(b)(11)(iv)(B), answered from a card.

Given as good practice for a reader who compares models; no compliance is claimed.
"""

from medmaas.model.manifest import Card

_NONE_EXTERNAL = "not available: the model was not tested on data of another source"
_NO_VALIDATION = "; no external validation."
_EXTERNAL = "see Results, on cases from elsewhere"
_NOT_DEPLOYED = "not available: the project operates no deployment; whoever does must measure it"


def answer_source_attributes(card: Card, *, output: str) -> dict[str, str]:
    """Every attribute with its answer, or why there is none."""
    inputs = "see Inputs: every field with meaning, unit, code and range"
    results = "see Results, on the held-out test set of the same source"
    groups = "see Results by group, where the data name groups"
    return {
        # details and output
        "Developer": card.developer,
        "Funding source": "not available: not stated",
        "Value the output produces": output,
        "Type of output": "prediction",
        # purpose
        "Intended use": card.intended_use,
        "Intended patient population": card.population,
        "Intended users": card.intended_users,
        "Role in the decision": card.decision_role,
        # cautions
        "Out of scope": "; ".join(card.out_of_scope),
        "Known risks and limitations": " ".join(card.limits),
        # development
        "Inclusion and exclusion criteria": card.data.inclusion,
        "Use of demographic and social variables as inputs": inputs,
        "Demographic representativeness": "; ".join(
            f"{k}: {v}" for k, v in card.data.demographics.items()
        ),
        "Relevance of the training data to the intended setting": card.population,
        # fairness
        "Approach to a fair output": groups,
        "Approach to manage bias": "errors are reported by group; none is corrected for",
        # external validation
        "External data source and setting": _NONE_EXTERNAL,
        "Party that did the external validation": _NONE_EXTERNAL,
        "Representativeness of the external data": _NONE_EXTERNAL,
        "External validation process": _NONE_EXTERNAL,
        # performance
        "Validity on data of the same source": results,
        "Fairness on data of the same source": groups,
        "Validity on external data": _NONE_EXTERNAL,
        "Fairness on external data": _NONE_EXTERNAL,
        "Evaluations of use on outcomes": "not available: no study of its use has been made",
        # maintenance
        "Monitoring of validity": _NOT_DEPLOYED,
        "Validity on local data": _NOT_DEPLOYED,
        "Monitoring of fairness": _NOT_DEPLOYED,
        "Fairness on local data": _NOT_DEPLOYED,
        # updates
        "Process and frequency of updates": "a change is a new version; there is no schedule",
        "Correction when risks are found": "the version is withdrawn from the models directory",
    }


def state_external(card: Card) -> Card:
    """The card, its words fitting the figures if some are of cases from elsewhere."""
    measured = [metric for metric in card.metrics if metric.cohort == "external"]
    if not measured:
        return card
    limits = tuple(limit.replace(_NO_VALIDATION, ".") for limit in card.limits)
    attributes = dict(card.source_attributes)
    if attributes:
        attributes |= {
            "Known risks and limitations": " ".join(limits),
            "External data source and setting": measured[0].evaluated_on,
            "Party that did the external validation": card.developer,
            "External validation process": _EXTERNAL,
            "Validity on external data": _EXTERNAL,
        }
    return card.model_copy(update={"limits": limits, "source_attributes": attributes})
