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

/** One line each; a name stands before its value. What is folded or moved by sliders is left out. */
export function writeText(strip: Element | null, answer: HTMLElement): string {
  const lines = [...answer.querySelectorAll(LINES)]
    .filter((one) => !one.closest(".what-if") && !one.querySelector("button"))
    .map((one) => {
      if (one.matches("dt")) return `${read(one)}: ${read(one.nextElementSibling)}`;
      const copy = one.cloneNode(true) as Element;
      for (const left of copy.querySelectorAll("details:not(.not-for), .tick")) left.remove();
      return read(copy);
    })
    .filter(Boolean);
  const known = [...(strip?.querySelectorAll("p") ?? [])].map(read);
  return [...new Set([...known, ...lines])].join("\n");
}
