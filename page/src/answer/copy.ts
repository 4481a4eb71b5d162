// An answer as plain text, for a letter or a record: what stands on the page, in its order.
const LINES = [
  ".forced-word",
  ".verdict",
  ".horizons label",
  ".interval",
  ".rank",
  ".withheld > p",
  ".forced > p",
  "p.doubt",
  ".unusual li",
  ".marks > li",
  ".given-values dt",
  ".given-values li",
  ".provenance p",
  ".provenance dt",
].join(", ");

const read = (element: Element | null) => element?.textContent?.replace(/\s+/g, " ").trim() ?? "";

/** Without what is folded, pressed, or there for the eye alone. */
function readPlain(element: Element): string {
  const copy = element.cloneNode(true) as Element;
  const left = copy.querySelectorAll("details:not(.not-for), button, .tick, .short");
  for (const one of left) one.remove();
  return read(copy);
}

/** One line each; a name stands before its value. What is folded or moved by sliders is left out. */
export function writeText(strip: Element | null, answer: HTMLElement): string {
  const lines = [...answer.querySelectorAll(LINES)]
    .filter((one) => !one.closest(".what-if, .buttons"))
    .map((one) =>
      one.matches("dt") ? `${read(one)}: ${read(one.nextElementSibling)}` : readPlain(one),
    )
    .filter(Boolean);
  const known = [...(strip?.querySelectorAll("p") ?? [])].map(readPlain);
  return [...new Set([...known, ...lines])].join("\n");
}
