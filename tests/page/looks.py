"""A view in every look: both languages, light and dark, on a desk and on a telephone."""

from collections.abc import Iterator
from itertools import product

from tests.conftest import ROOT
from tests.page.conftest import SCREENSHOTS, Visit

AXE = ROOT / "page" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# told in the page, because the rules that are kept fill megabytes
FIND = """async rules => {
  const found = await axe.run({runOnly: rules, resultTypes: ['violations']});
  const tell = rule => rule.nodes.map(node => `${rule.id}: ${node.html} ${node.failureSummary}`);
  return found.violations.flatMap(tell);
}"""
LANGUAGES = {"en": "English", "zh": "中文"}
# the parts of a card
UNFOLD = "() => document.querySelectorAll('details.part').forEach(part => {part.open = true})"
# charts follow the width when they are told of it: in the frame after the next
SETTLED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


def require_every_look(opened: Visit, name: str, prepare: str = "() => {}") -> None:
    """What is shown now is accessible and has room in every look; a picture of each is kept.

    Args:
        opened: A view that is open.
        name: What the pictures are called by.
        prepare: A function of the page, called in each look before anything is asked of it.
    """
    looks = []
    faults: list[str] = []
    for look in take_looks(opened):
        opened.page.evaluate(prepare)
        shoot(opened, f"{name}-{look}")
        found = list_violations(opened) + list_overflow(opened)
        faults += [f"{look}: {fault}" for fault in found]
        looks.append(look)
    assert faults == []
    assert len(set(looks)) == 8


def take_looks(opened: Visit) -> Iterator[str]:
    """Change language, theme and width of an open view as its reader would, and name each look."""
    page = opened.page
    for (language, label), width in product(LANGUAGES.items(), (1200, 360)):
        page.get_by_role("button", name=label, exact=True).click()
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_function(
            "code => document.documentElement.lang.startsWith(code)", arg=language
        )
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            page.evaluate(SETTLED)
            yield f"{language}-{theme}-{width}"


def list_violations(opened: Visit) -> list[str]:
    """What axe finds wrong with the view as it is."""
    if not opened.page.evaluate("'axe' in window"):
        opened.page.evaluate(AXE.read_text())
    found: list[str] = opened.page.evaluate(FIND, RULES)
    return found


def list_overflow(opened: Visit) -> list[str]:
    inside = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    return [] if opened.page.evaluate(inside) else ["the page scrolls sideways"]


def shoot(opened: Visit, name: str) -> None:
    SCREENSHOTS.mkdir(exist_ok=True)
    page = opened.page
    size = page.evaluate("[document.documentElement.clientWidth, document.body.scrollHeight]")
    # Chromium draws no picture that is much higher
    clip = {"x": 0, "y": 0, "width": size[0], "height": min(size[1], 10_000)}
    page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True, clip=clip)
