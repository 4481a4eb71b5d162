// The list of a card's parts, which stays in sight: beside them on a desk, above them on a phone.
import { useEffect, useState } from "preact/hooks";
import { t } from "../language";
import type { Manifest } from "../manifest";
import { useRoute, writeRoute } from "../router";

export const findPart = (part: string) => document.getElementById(`part-${part}`);

/** Brings a part into view, and the keyboard with it. */
function show(part: string) {
  const found = findPart(part);
  if (found instanceof HTMLDetailsElement) found.open = true;
  found?.scrollIntoView();
  (found?.querySelector<HTMLElement>(":scope > summary") ?? found)?.focus({ preventScroll: true });
}

export function Contents({ model, parts }: { model: Manifest; parts: string[] }) {
  const route = useRoute();
  const [open, setOpen] = useState(false);
  const asked = route.view === "catalogue" ? undefined : route.part;
  const version = route.view === "catalogue" ? undefined : route.version;
  useEffect(() => {
    if (asked) show(asked);
  }, [asked]);
  const seen = useSeen(parts);
  return (
    <nav class="contents" aria-label={t("card.contents")} data-open={open}>
      <button type="button" class="quiet" aria-expanded={open} onClick={() => setOpen(!open)}>
        {t("card.contents")} · {t(`part.${seen}`)}
      </button>
      <ol>
        {parts.map((part) => (
          <li key={part}>
            <a
              href={`${writeRoute(model.id, "card", version)}/${part}`}
              aria-current={part === seen ? "location" : undefined}
              onClick={() => {
                setOpen(false);
                show(part);
              }}
            >
              {t(`part.${part}`)}
            </a>
          </li>
        ))}
      </ol>
    </nav>
  );
}

/** The part that is read: the last whose head has passed the upper third. */
function useSeen(parts: string[]) {
  const [seen, setSeen] = useState(parts[0] ?? "");
  useEffect(() => {
    const follow = () => {
      const line = innerHeight / 3;
      const passed = parts.filter((part) => {
        const top = findPart(part)?.getBoundingClientRect().top;
        return top !== undefined && top <= line;
      });
      setSeen(passed.at(-1) ?? parts[0] ?? "");
    };
    addEventListener("scroll", follow, { passive: true });
    follow();
    return () => removeEventListener("scroll", follow);
  }, [parts]);
  return seen;
}
