"""A view in its looks: both languages, light and dark, on a desk, at 200 %, on a telephone."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from playwright.sync_api import FloatRect

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
DESK, ZOOMED, TELEPHONE = 1200, 600, 360  # at 200 % a desk has half as many pixels
# charts follow the width when they are told of it: in the frame after the next
SETTLED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
# What is laid out badly. A finger hits 44 px; a link in a sentence is as high as its line (WCAG
# 2.5.8), a box to tick is hit by its label. What scrolls by itself cuts nothing off, nor does an
# ellipsis where all is shown as long as it has the focus.
LAID_OUT = """() => {
  const faults = [];
  const tell = (fault, one, more = '') =>
    faults.push(`${fault}: ${one.outerHTML.slice(0, 160)} ${more}`);
  const modal = document.querySelector(':modal');
  const seen = one => one.checkVisibility({visibilityProperty: true, opacityProperty: true})
    && getComputedStyle(one).clipPath !== 'inset(50%)'
    && !one.closest('.unseen') && (!modal || modal.contains(one));
  const size = one => {
    const label = one.matches('[type=checkbox], [type=radio], [type=file]') && one.labels?.[0];
    const boxes = [one, ...(label ? [label] : [])].map(it => it.getBoundingClientRect());
    return boxes.map(({width, height}) => Math.min(width, height)).sort((a, b) => b - a)[0];
  };
  const isInSentence = one => one.matches('a') && getComputedStyle(one).display === 'inline'
    && one.parentElement.textContent.trim().length > one.textContent.trim().length;
  const controls = 'a[href], button, input, select, textarea, summary, [role=button]';
  for (const one of document.querySelectorAll(controls))
    if (seen(one) && !isInSentence(one) && size(one) < 43.5) tell('small', one, size(one));

  const canvas = document.createElement('canvas').getContext('2d');
  const arrow = one => getComputedStyle(one).appearance === 'none' ? 0 : 18;
  for (const one of document.querySelectorAll('select')) {
    const style = getComputedStyle(one);
    canvas.font = style.font;
    const text = canvas.measureText(one.selectedOptions[0]?.text ?? '').width;
    const room = one.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight)
      - arrow(one);
    if (seen(one) && text > room) tell('cut off', one, `${text} in ${room}`);
  }
  for (const one of document.querySelectorAll('main *, header *')) {
    const {overflowX, overflowY} = getComputedStyle(one);
    const cuts = [overflowX, overflowY].some(it => it === 'hidden' || it === 'clip');
    if (!cuts || !one.textContent.trim() || !seen(one) || one.closest('svg')) continue;
    const isCut = it =>
      it.scrollWidth > it.clientWidth + 1 || it.scrollHeight > it.clientHeight + 1;
    if (!isCut(one)) continue;
    const isDotted = getComputedStyle(one).textOverflow === 'ellipsis';
    const whole = isDotted ? one.closest('[tabindex="0"]') : null;
    const before = document.activeElement;
    whole?.focus({preventScroll: true});
    if (isCut(one) || !whole) tell('cut off', one);
    before?.focus({preventScroll: true});
  }
  for (const one of document.querySelectorAll('svg text')) {
    if (!seen(one) || !one.textContent.trim()) continue;
    const [text, room] = [one, one.ownerSVGElement].map(it => it.getBoundingClientRect());
    if (text.left < room.left - 2 || text.right > room.right + 2
      || text.top < room.top - 2 || text.bottom > room.bottom + 2) tell('cut off', one);
  }
  if (document.body.innerText.includes('{{')) faults.push('a gap of a text is not filled in');
  const {scrollWidth, clientWidth} = document.documentElement;
  if (scrollWidth > clientWidth) faults.push(`the page scrolls sideways: ${scrollWidth}`);
  return faults;
}"""


@dataclass(frozen=True)
class Look:
    """How somebody has the page before them."""

    language: str
    theme: str
    width: int

    def __str__(self) -> str:
        return f"{self.language}-{self.theme}-{self.width}"


LOOKS = [
    *(Look(*look) for look in product(LANGUAGES, ("light", "dark"), (DESK, TELEPHONE))),
    *(Look(language, "light", ZOOMED) for language in LANGUAGES),
]


def require_every_look(opened: Visit, name: str, prepare: str = "() => {}") -> None:
    """What is shown now is accessible and has room in every look; a picture of each is kept.

    Args:
        opened: A view that is open.
        name: What the pictures are called by.
        prepare: A function of the page, called in each look before anything is asked of it.
    """
    faults: list[str] = []
    for look in take_looks(opened):
        opened.page.evaluate(prepare)
        shoot(opened, f"{name}-{look}")
        found = list_layout_faults(opened)
        if look.width != ZOOMED:  # it takes longest, and there is nothing new to it
            found += list_violations(opened)
        faults += [f"{look}: {fault}" for fault in found]
    assert not faults, "\n".join(faults)


def take_looks(opened: Visit) -> Iterator[Look]:
    """Change language, theme and width of an open view as its reader would, and name each look."""
    page = opened.page
    for look in LOOKS:
        label = LANGUAGES[look.language]
        page.get_by_role("button", name=label, exact=True).click()
        page.set_viewport_size({"width": look.width, "height": 900})
        page.wait_for_function(
            "code => document.documentElement.lang.startsWith(code)", arg=look.language
        )
        page.emulate_media(color_scheme="dark" if look.theme == "dark" else "light")
        page.evaluate(SETTLED)
        yield look


def list_violations(opened: Visit) -> list[str]:
    """What axe finds wrong with the view as it is."""
    if not opened.page.evaluate("'axe' in window"):
        opened.page.evaluate(AXE.read_text())
    found: list[str] = opened.page.evaluate(FIND, RULES)
    return found


def list_layout_faults(opened: Visit) -> list[str]:
    """What is too small for a finger, cut off, or wider than the screen."""
    found: list[str] = opened.page.evaluate(LAID_OUT)
    return found


def shoot(opened: Visit, name: str) -> None:
    SCREENSHOTS.mkdir(exist_ok=True)
    page = opened.page
    size = page.evaluate("[document.documentElement.clientWidth, document.body.scrollHeight]")
    # Chromium draws no picture that is much higher
    clip = FloatRect(x=0, y=0, width=size[0], height=min(size[1], 10_000))
    page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True, clip=clip)
