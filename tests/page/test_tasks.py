"""What a haematologist and a nurse come with is answered on the first try, in counted steps.

The tasks of the others stand beside the views that they are about: a file that goes back into
Excel (test_file_results.py), a photograph (test_pictures.py), five molecules (test_molecules.py),
and approval from a card in Chinese (test_cards.py).
"""

import json
from collections.abc import Callable

from playwright.sync_api import Page

from tests.page.conftest import Open, is_answer
from tests.page.pasting import NURSE, preview

# as a laboratory prints it, in SI units with decimal commas
REPORT = {
    "age": "67",
    "creatinine": "118 µmol/L",
    "kappa": "31,4 mg/L",
    "lambda": "26,0 mg/L",
}


class Hand:
    """Somebody at the page, whose steps are counted."""

    def __init__(self) -> None:
        self.steps = 0

    def do(self, act: Callable[..., object], *given: str) -> None:
        """A value typed or chosen, or a button."""
        self.steps += 1
        act(*given)


def send(page: Page, hand: Hand) -> dict[str, object]:
    with page.expect_response(is_answer) as told:
        hand.do(page.get_by_role("button", name="Ask", exact=True).click)
    assert told.value.status == 200
    (instance,) = json.loads(told.value.request.post_data or "")["instances"]
    page.wait_for_selector(".answer[aria-busy=false]")
    return dict(instance)


def test_a_report_in_si_units_is_answered_as_it_is_printed_in_seven_steps(visit: Open) -> None:
    opened, hand = visit(), Hand()
    page = opened.go("#/survival", "#value-age")
    for name, printed in REPORT.items():
        hand.do(page.locator(f"#value-{name}").fill, printed)
    hand.do(page.locator("#value-sex").select_option, "F")
    hand.do(page.locator("#value-mgus").select_option, "false")
    sent = send(page, hand)
    assert hand.steps == 7
    numbers = {name: round(float(str(sent[name])), 2) for name in REPORT}
    assert numbers == {"age": 67, "creatinine": 1.33, "kappa": 3.14, "lambda": 2.6}
    assert "in 100 people like this die within 5 years" in page.locator(".verdict").inner_text()
    told = page.locator(".given-values").inner_text()
    assert "118 µmol/L" in told
    assert "31.4 mg/L" in told
    assert opened.list_faults() == []


def test_a_nurses_history_from_a_spreadsheet_is_answered_in_six_steps(visit: Open) -> None:
    opened, hand = visit(), Hand()
    page = opened.go("#/chemo_dose", "#bring")
    hand.do(lambda: preview(page, NURSE.replace("31.12.2025", "18.12.2025")))
    for way in (
        "Leave this column out",
        "Yes, today is December 18, 2025",
        "Take the bound itself: <500 as 500",
    ):
        hand.do(page.locator(".troubles").get_by_role("button", name=way).click)
    hand.do(page.locator(".preview footer button").first.click)
    page.wait_for_selector(".preview", state="detached")
    sent = send(page, hand)
    assert hand.steps == 6
    history = sent["history"]
    assert isinstance(history, list)
    assert [row["day"] for row in history] == [-49, -42, -35, -21, 0]
    assert [row["anc"] for row in history] == [4.8, 5.2, 0.5, 5, 4.8]
    assert page.locator(".verdict").inner_text().startswith(("Recommended", "Least bad"))
    assert opened.list_faults() == []
