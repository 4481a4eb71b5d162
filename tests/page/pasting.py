"""Pasting a history as a spreadsheet gives it, and what its preview then shows."""

from playwright.sync_api import Page

from tests.page.conftest import Open

PASTE = """([where, text]) => { const data = new DataTransfer(); data.setData('text', text);
  const at = document.querySelector(where); at.focus();
  at.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true,
    cancelable: true})) }"""
DROP = """([where, name, bytes]) => { const data = new DataTransfer();
  data.items.add(new File([new Uint8Array(bytes)], name));
  document.querySelector(where).dispatchEvent(
    new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true})) }"""
PLAIN = "day\tanc\tplatelets\twbc\n-7\t4.8\t230\t7.1\n-3\t5.0\t240\t7.2\n0\t5.2\t245\t7.4\n"
NURSE = (
    "Datum\tNeutrophile [/µL]\tThrombozyten (G/l)\tLeukozyten 10^9/L\tDosis %\tG-CSF\tBemerkung\n"
    "30.10.2025\t4.800\t230\t7,1\t\t\t\n"
    "06.11.2025\t5200\t245\t7,4\t100\tnein\tgut\n"
    "13.11.2025\t<500\t173\t1,8\t\t\t\n"
    "27.11.2025\t5000\t224\t7,4\t75\tja\tmüde\n"
    "31.12.2025\t4800\t216\t7,2\t\t\t\n"
    "\n\t\t\t\t\t\t\n\n"
)


def open_form(visit: Open, locale: str = "en-GB", width: int = 1200) -> Page:
    return visit(locale, width=width).go("#/chemo_dose", "#bring")


def paste(page: Page, text: str, where: str = "#bring") -> None:
    page.evaluate(PASTE, [where, text])


def preview(page: Page, text: str) -> None:
    paste(page, text)
    page.wait_for_selector(".preview")


def mend(page: Page, name: str) -> None:
    page.locator(".troubles").get_by_role("button", name=name).click()


def take(page: Page) -> None:
    page.locator(".preview footer button").first.click()
    page.wait_for_selector(".preview", state="detached")


def read_form(page: Page) -> list[dict[str, str]]:
    """The rows of the form, without their empty cells."""
    rows: list[dict[str, str]] = page.evaluate(
        """() => [...document.querySelectorAll('.series tbody tr')].map(row =>
        Object.fromEntries([...row.querySelectorAll('input, select')].filter(one => one.value)
          .map(one => [one.id.replace(/value-\\d+-/, ''), one.value])))"""
    )
    return rows


def list_troubles(page: Page) -> list[str]:
    """The sorts of what is open, in order."""
    found = page.locator(".trouble")
    return [(found.nth(i).get_attribute("class") or "").split()[1] for i in range(found.count())]


def can_take(page: Page) -> bool:
    return page.locator(".preview footer button").first.is_enabled()
