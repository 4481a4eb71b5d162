// Every row of a file with its answer: to be sought through, sorted, a hundred at a time.
import { useEffect, useRef, useState } from "preact/hooks";
import { Pages } from "../charts/Pages";
import { findOutput } from "../kinds";
import { formatCount, formatNumber, formatPercent, i18n, nameValue, t } from "../language";
import type { Manifest } from "../manifest";
import { type Line, listCells, nameField, type Status, speak } from "./lines";

const AT_ONCE = 100;
const OWN = ["line", "id", "status"];
const WHY = "why";

interface Order {
  column: string;
  isFalling: boolean;
}

export function Rows(props: {
  model: Manifest;
  lines: Line[];
  only: Status | undefined;
  /** The line that is to be shown. */
  sought: { line: number } | undefined;
}) {
  const { model, only, sought } = props;
  const [words, setWords] = useState("");
  const [order, setOrder] = useState<Order>({ column: "line", isFalling: false });
  const [page, setPage] = useState({ of: "", n: 0 }); // of what was sought and filtered
  const pending = useRef(false);
  const target = useRef<HTMLTableCellElement>(null);
  const hasIds = props.lines.some(({ id }) => id);
  const answers = listCells(props.lines);
  const numbers = answers.filter((name) =>
    props.lines.some(({ cells }) => typeof cells[name] === "number"),
  );
  const columns = [...OWN.filter((name) => name !== "id" || hasIds), ...answers, WHY];
  const find = (line: Line, column: string) => readCell(model, line, column);
  const wanted = words.trim().toLowerCase();
  const found = props.lines
    .filter(({ status }) => !only || status === only)
    .filter((line) => !wanted || columns.some((c) => seek(model, line, c).includes(wanted)))
    .sort((one, other) => compare(find(one, order.column), find(other, order.column), order));
  const pages = Math.max(1, Math.ceil(found.length / AT_ONCE));
  const filter = `${only ?? ""} ${wanted}`;
  const current = page.of === filter ? Math.min(page.n, pages - 1) : 0;
  const turn = (n: number) => setPage({ of: filter, n });
  const shown = found.slice(current * AT_ONCE, (current + 1) * AT_ONCE);
  useEffect(() => {
    if (!sought) return;
    setWords("");
    const all = [...props.lines].sort((one, other) =>
      compare(find(one, order.column), find(other, order.column), order),
    );
    const at = all.findIndex(({ line }) => line === sought.line);
    setPage({ of: " ", n: Math.floor(at / AT_ONCE) });
    pending.current = true;
  }, [sought]);
  useEffect(() => {
    if (!pending.current || !target.current || filter !== " ") return;
    pending.current = false;
    target.current.focus({ preventScroll: true });
    target.current.scrollIntoView({ block: "center" });
  });
  const sort = (column: string) => {
    const isFalling = order.column === column && !order.isFalling;
    setOrder({ column, isFalling });
  };
  return (
    <>
      <p class="seek">
        <label for="seek">{t("file.seek")}</label>{" "}
        <input
          id="seek"
          type="search"
          autocomplete="off"
          value={words}
          onInput={(event) => setWords(event.currentTarget.value)}
        />
        <span role="status">
          {t("file.shown", {
            from: formatCount(found.length ? current * AT_ONCE + 1 : 0),
            to: formatCount(current * AT_ONCE + shown.length),
            of: formatCount(found.length),
          })}
        </span>
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
      <section class="scroll" tabIndex={0} aria-label={t("file.answers")}>
        <table class="answers">
          <caption class="unseen">{t("file.answers")}</caption>
          <thead>
            <tr>
              {columns.map((column) => (
                <th
                  scope="col"
                  key={column}
                  class={chooseClass(column, numbers)}
                  aria-sort={tellOrder(order, column)}
                >
                  <button type="button" class="sort" onClick={() => sort(column)}>
                    {nameHead(model, column)}
                    <span aria-hidden="true">{mark(order, column)}</span>
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((line) => (
              <tr key={line.line} class={line.status}>
                {columns.map((column, i) =>
                  i === 0 ? (
                    <th
                      scope="row"
                      key={column}
                      tabIndex={-1}
                      ref={line.line === sought?.line ? target : null}
                    >
                      {line.line}
                    </th>
                  ) : (
                    <td key={column} class={chooseClass(column, numbers)}>
                      {show(model, line, column)}
                    </td>
                  ),
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <Pages label={t("file.pages")} page={current} count={pages} onTurn={turn} />
    </>
  );
}

/** For its looks: numbers stand under each other, a note has room. */
const chooseClass = (column: string, numbers: string[]) =>
  column === WHY ? WHY : numbers.includes(column) ? "number" : undefined;

const tellOrder = ({ column, isFalling }: Order, of: string) =>
  column === of ? (isFalling ? "descending" : "ascending") : "none";

const mark = ({ column, isFalling }: Order, of: string) =>
  column === of ? (isFalling ? " ↓" : " ↑") : "";

function nameHead(model: Manifest, column: string): string {
  if (column === WHY || OWN.includes(column)) return t(`file.${column}`);
  if (i18n.exists(`file.answer.${column}`)) return t(`file.answer.${column}`);
  return findOutput(model).nameTarget(model, column.replace(/^probability_/, ""));
}

/** What a row is sorted by. */
function readCell(model: Manifest, line: Line, column: string): string | number {
  if (column === "line") return line.line;
  if (column === "id") return line.id;
  if (column === "status") return t(`file.${line.status}`);
  if (column === WHY) return tellWhy(model, line);
  return line.cells[column] ?? "";
}

const seek = (model: Manifest, line: Line, column: string) =>
  (column === WHY
    ? [...line.problems, ...line.warnings].map((one) => speak(model, one)).join(" ")
    : String(show(model, line, column))
  ).toLowerCase();

/** What the list above says whole, or a warning, which stands here alone. */
function tellWhy(model: Manifest, { status, problems, warnings }: Line): string {
  if (status !== "rejected") return warnings.map((one) => speak(model, one)).join("; ");
  const fields = problems.flatMap(({ field }) => (field ? nameField(model, field) : []));
  return [...new Set(fields)].join(", ");
}

function show(model: Manifest, line: Line, column: string): string {
  const value = readCell(model, line, column);
  if (column === "line") return String(value);
  if (typeof value === "number") {
    const isShare = !findOutput(model).findUnit && value >= 0 && value <= 1;
    return isShare ? formatPercent(value) : formatNumber(value, 3);
  }
  return line.cells[column] === undefined ? value : nameValue(model, value);
}

/** Numbers by what they are, texts as the language has them; what is empty comes last. */
function compare(one: string | number, other: string | number, { isFalling }: Order): number {
  if (one === "" || other === "") return Number(one === "") - Number(other === "");
  const order =
    typeof one === "number" && typeof other === "number"
      ? one - other
      : String(one).localeCompare(String(other), undefined, { numeric: true });
  return isFalling ? -order : order;
}
