"""What holds an answer back: the model abstains, says why at every door, and may be forced."""

from datetime import datetime

import pytest

from medmaas.cds_hooks.cards import write_cards
from medmaas.facts import Fact
from medmaas.fhir import evaluation as room
from medmaas.fhir.answer import write_answer
from medmaas.fhir.case import Case, Evaluation
from medmaas.fhir.draft import Draft
from medmaas.fhir.evaluation import evaluate
from medmaas.fhir.guidance import require_data
from medmaas.fhir.mapping import map_record
from medmaas.fhir.record import Record, read_bundle
from medmaas.model.manifest import Manifest
from medmaas.model.options import Options
from medmaas.model.registry import Registry
from tests.fhir.records import NOW, Resource, bundle, light_chains, observation, patient

WHY, OTHER = Fact("no_time"), Fact("no_quantity")
EXPLAINED = Options(explain=True)
CHILD = patient(birthDate="2015-01-01")


@pytest.fixture
def hold(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hold every record back, for two reasons, one of them given twice."""

    def map_held(manifest: Manifest, record: Record, as_of: datetime) -> Case:
        post_init = Draft.__post_init__

        def hold_back(draft: Draft) -> None:
            post_init(draft)
            for reason in (WHY, OTHER, WHY):
                draft.hold(reason)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Draft, "__post_init__", hold_back)
            return map_record(manifest, record, as_of)

    monkeypatch.setattr(room, "map_record", map_held)


def ask(
    registry: Registry,
    *resources: Resource,
    who: Resource | None = None,
    options: Options = EXPLAINED,
) -> Evaluation:
    record = read_bundle(bundle(who or patient(), *(resources or light_chains())))
    return evaluate(registry.get("survival"), record, NOW, options)


def list_notes(resource: Resource) -> list[str]:
    return [note["text"] for note in resource["note"]]


WHY_SAID = "the time of measurement is not known; it holds no quantity"


@pytest.mark.usefixtures("hold")
def test_a_record_that_is_held_back_has_no_answer_and_says_all_reasons_once(
    registry: Registry,
) -> None:
    evaluation = ask(registry)
    assert evaluation.prediction is not None
    assert evaluation.prediction["status"] == "abstained"
    assert evaluation.prediction["output"] is None
    assert evaluation.prediction["reason"] == Fact("held_back", reasons=(WHY, OTHER))
    told = write_answer(evaluation)
    assert (told["status"], "prediction" in told) == ("cancelled", False)
    assert list_notes(told)[0] == f"There is no answer: {WHY_SAID}."
    assert list_notes(told).count(f"There is no answer: {WHY_SAID}.") == 1
    (card,) = write_cards(evaluation, "https://example.org")
    assert WHY_SAID in card["detail"]
    assert "suggestions" not in card


@pytest.mark.usefixtures("hold")
def test_what_holds_an_answer_back_comes_before_a_doubt_of_the_model(registry: Registry) -> None:
    told = write_answer(ask(registry, who=CHILD))
    assert list_notes(told)[0] == f"There is no answer: {WHY_SAID}."


@pytest.mark.usefixtures("hold")
def test_an_answer_that_is_held_back_may_be_forced_and_says_so(registry: Registry) -> None:
    told = write_answer(ask(registry, options=Options(force=True)))
    assert told["status"] == "final"
    assert list_notes(told)[0].endswith(f"though the model abstains: {WHY_SAID}.")


@pytest.mark.usefixtures("hold")
def test_where_data_are_missing_what_would_hold_the_answer_back_is_told_too(
    registry: Registry,
) -> None:
    evaluation = ask(registry, observation("kappa", "36916-5", 12, "mg/L"))
    assert evaluation.prediction is None
    texts = list_notes(require_data(evaluation, "https://example.org"))
    assert "the time of measurement is not known." in texts
    (card,) = write_cards(evaluation, "https://example.org")
    assert "it holds no quantity." in card["detail"]


def test_a_record_that_nothing_holds_back_is_answered_as_ever(registry: Registry) -> None:
    evaluation = ask(registry)
    assert evaluation.case.held == ()
    assert evaluation.prediction is not None
    assert evaluation.prediction["status"] == "ok"
