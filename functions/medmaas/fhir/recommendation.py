"""The options of a policy as a Bundle: how risky each is, drafts, and that at most one is chosen.

https://hl7.org/fhir/R4/requestgroup.html
"""

from collections.abc import Sequence

from medmaas.facts import Fact
from medmaas.fhir.case import Evaluation
from medmaas.fhir.device import Resource, finish
from medmaas.fhir.proposals import Proposal, propose
from medmaas.words import Words

_SUPPORT = {"MedicationRequest": "supportingInformation", "ServiceRequest": "supportingInfo"}


def write_recommendation(evaluation: Evaluation, assessment: Resource) -> Resource:
    """A Bundle of the assessment and, unless there is no answer, drafts and a RequestGroup.

    Args:
        evaluation: of a model that recommends.
        assessment: its RiskAssessment.
    """
    entries, actions = [_enter(assessment)], []
    for proposal in propose(evaluation):
        drafts = [_enter(finish(_support(draft, entries[0]))) for draft in proposal.resources]
        entries += drafts
        actions.append(_offer(proposal, drafts, evaluation.words))
    if actions:
        entries.append(_enter(_group(assessment, actions, evaluation.words)))
    return finish({"resourceType": "Bundle", "type": "collection", "entry": entries})


def _group(assessment: Resource, actions: list[Resource], words: Words) -> Resource:
    choice = {
        "title": words.say(Fact("choice_of_dose")),
        "groupingBehavior": "logical-group",
        "selectionBehavior": "at-most-one",
        "action": actions,
    }
    return finish(
        {
            "resourceType": "RequestGroup",
            "status": "draft",
            "intent": "proposal",
            "subject": assessment["subject"],
            "authoredOn": assessment["occurrenceDateTime"],
            "action": [choice],
        }
    )


def _enter(resource: Resource) -> Resource:
    return {"fullUrl": f"urn:uuid:{resource['id']}", "resource": resource}


def _support(draft: Resource, assessment: Resource) -> Resource:
    """A draft that names what it rests on."""
    return draft | {_SUPPORT[draft["resourceType"]]: [{"reference": assessment["fullUrl"]}]}


def _offer(proposal: Proposal, drafts: Sequence[Resource], words: Words) -> Resource:
    label = proposal.label
    title = label
    if proposal.recommended:
        code = "least_bad" if proposal.least_bad else "recommended"
        title = words.say(Fact(code, label=label))
    offer = {"title": title, "description": drafts[0]["resource"]["note"][0]["text"]}
    together = [{"resource": {"reference": draft["fullUrl"]}} for draft in drafts]
    if len(together) == 1:
        return offer | together[0]
    return offer | {
        "groupingBehavior": "logical-group",
        "selectionBehavior": "all",
        "action": together,
    }
