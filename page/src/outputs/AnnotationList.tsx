// Every annotation in a table, of which so many rows are there at once; from it one is chosen, too.
import { useEffect, useRef, useState } from "preact/hooks";
import { DataTable } from "../charts/Figure";
import { Pages } from "../charts/Pages";
import { formatCount, formatPercent, Told, t } from "../language";
import { hasWindows, type Model } from "./annotations";
import { type Mark, nameColour, signLabels, tellWhen } from "./marks";

const AT_ONCE = 50; // rows

export function AnnotationList(props: {
  model: Model;
  marks: Mark[];
  /** Seconds of the whole. */
  whole: number;
  chosen: number | undefined;
  onChoose: (place: number) => void;
}) {
  const { model, marks, whole, chosen, onChoose } = props;
  const [page, setPage] = useState(0);
  const table = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (chosen !== undefined) setPage(Math.floor(chosen / AT_ONCE));
  }, [chosen]);
  // who walks through the table by keyboard stays on what is chosen
  useEffect(() => {
    const box = table.current;
    if (box?.querySelector("tbody:focus-within"))
      box.querySelector<HTMLElement>("[aria-pressed=true]")?.focus();
  }, [chosen, page]);
  const signs = signLabels(model);
  const first = page * AT_ONCE;
  const shown = marks.slice(first, first + AT_ONCE);
  const reached = shown[(chosen ?? -1) - first] ? chosen : first; // by the tabulator
  return (
    <div ref={table} class="annotation-rows">
      <DataTable
        class="annotation-list"
        caption={t("annotations.list")}
        head={[
          t(hasWindows(model) ? "annotations.from_to" : "annotations.time"),
          t("annotations.label"),
          t("annotations.probability"),
        ]}
        rows={shown.map((mark, i) => [
          <button
            type="button"
            class={first + i === chosen ? "when is-chosen" : "when"}
            aria-pressed={first + i === chosen}
            tabIndex={first + i === reached ? 0 : -1}
            onClick={() => onChoose(first + i)}
            onKeyDown={(event) => {
              const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
              if (!by) return;
              event.preventDefault();
              onChoose(first + i + by);
            }}
          >
            {tellWhen(mark, whole)}
          </button>,
          <span class={nameColour(model, mark.label)}>
            <span class="sign" aria-hidden="true">
              {signs.get(mark.label)}
            </span>{" "}
            {mark.label === null ? (
              t("annotations.undecided")
            ) : (
              <Told of={model} text={mark.label} />
            )}
          </span>,
          mark.probability === null ? "–" : formatPercent(mark.probability),
        ])}
      />
      {marks.length > AT_ONCE && (
        <p class="help" role="status">
          {t("file.shown", {
            from: formatCount(first + 1),
            to: formatCount(first + shown.length),
            of: formatCount(marks.length),
          })}
        </p>
      )}
      <Pages
        label={t("annotations.pages")}
        page={page}
        count={Math.ceil(marks.length / AT_ONCE)}
        onTurn={setPage}
      />
    </div>
  );
}
