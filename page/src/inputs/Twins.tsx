// Two rows of one day: told beside the rows, and nothing is asked as long as there are any.
import type { RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Row } from "../ask/draft";
import { formatNumber, t } from "../language";

/** The rows of one day, where there are several. */
export interface Twin {
  day: number;
  lines: number[];
}

export function findTwins(rows: Row[], time: string): Twin[] {
  const days = new Map<number, number[]>();
  for (const [i, row] of rows.entries()) {
    const text = row[time]?.text.trim().replace("−", "-") ?? "";
    if (text === "" || !Number.isFinite(Number(text))) continue;
    days.set(Number(text), [...(days.get(Number(text)) ?? []), i]);
  }
  return [...days].filter(([, lines]) => lines.length > 1).map(([day, lines]) => ({ day, lines }));
}

/** Keeps the form around an element from being sent; whether somebody tried. */
export function useBarrier(root: RefObject<HTMLElement | null>, isBarred: boolean): boolean {
  const [isStopped, setStopped] = useState(false);
  useEffect(() => {
    if (!isBarred) return;
    const stop = (event: Event) => {
      if (!(event.target instanceof Node) || !event.target.contains(root.current)) return;
      event.preventDefault();
      event.stopPropagation();
      setStopped(true);
    };
    document.addEventListener("submit", stop, true);
    return () => {
      document.removeEventListener("submit", stop, true);
      setStopped(false);
    };
  }, [root, isBarred]);
  return isStopped;
}

export function Twins(props: {
  twins: Twin[];
  isStopped: boolean;
  /** Keeps one row of those of a day. */
  onKeep: (at: number, of: number[]) => void;
}) {
  const { twins, isStopped, onKeep } = props;
  if (!twins.length) return null;
  return (
    <div class="twins" role="alert">
      {isStopped && <strong>{t("history.twins_first")}</strong>}
      {twins.map(({ day, lines }) => (
        <p key={day}>
          <span class="problem">
            {t("history.twins", {
              day: formatNumber(day),
              rows: lines.map((line) => line + 1).join(t("history.and")),
            })}
          </span>{" "}
          {lines.map((line) => (
            <button type="button" class="quiet" key={line} onClick={() => onKeep(line, lines)}>
              {t("history.keep_row", { row: line + 1 })}
            </button>
          ))}
        </p>
      ))}
    </div>
  );
}
