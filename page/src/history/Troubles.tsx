// What must be settled before a pasted table is taken: one point per sort of problem, with what mends it.
import { formatNumber, getLanguage, t, translate } from "../language";
import type { Manifest } from "../manifest";
import { showUnit } from "../units";
import type { Choices, Trouble } from "./choices";
import { MS_PER_DAY } from "./days";
import { rowId, TakesSelect } from "./PreviewTable";
import type { Pasted } from "./pasted";
import { type Form, readPasted } from "./reading";

const MOST_NAMED = 12;
const MOST_SAMPLES = 3;

interface Props {
  form: Form;
  pasted: Pasted;
  troubles: Trouble[];
  choices: Choices;
  onChoose: (choices: Choices) => void;
}

export function Troubles(props: Props) {
  const { form, troubles, choices, onChoose } = props;
  return (
    <ol class="troubles">
      {troubles.map((trouble, i) => (
        <li key={`${trouble.what}-${i}`} class={`trouble ${trouble.what}`}>
          <p>{say(trouble.what, write(form.model, trouble.values))}</p>
          {trouble.lines.length > 0 && <RowLinks lines={trouble.lines} />}
          {trouble.columns && <Columns {...props} columns={trouble.columns} />}
          <p class="mends">
            {trouble.mends.map((mend, j) => (
              <button
                type="button"
                class="quiet"
                key={j}
                onClick={() => onChoose(mend.choose(choices))}
              >
                {t(`history.mend.${mend.label}`, write(form.model, mend.values))}
              </button>
            ))}
          </p>
        </li>
      ))}
    </ol>
  );
}

/** The sentence of a point; what has no unit leaves no blank before its comma. */
const say = (what: string, values: Record<string, unknown>) =>
  t(`history.trouble.${what}`, values).replace(/ +(?=[,，])/g, "");

/** The rows that a point is about, each a way to it. */
function RowLinks({ lines }: { lines: number[] }) {
  const more = lines.length - MOST_NAMED;
  return (
    <p class="row-links">
      {t("history.rows", { count: lines.length })}{" "}
      {lines.slice(0, MOST_NAMED).map((line) => (
        <button type="button" class="link" key={line} onClick={() => goToRow(line)}>
          {line + 1}
        </button>
      ))}
      {more > 0 && ` ${t("history.more_rows", { count: more })}`}
    </p>
  );
}

function goToRow(line: number) {
  const box = document.getElementById(rowId(line));
  box?.focus();
  box?.scrollIntoView({ block: "center" });
}

/** A choice for each column that is asked about, beside what it holds. */
function Columns(props: Props & { columns: number[] }) {
  const { form, pasted, choices } = props;
  const reading = readPasted(pasted, form, choices);
  return (
    <ul class="asked-columns">
      {props.columns.map((at) => {
        const heading = pasted.columns[at]?.heading || t("history.column", { n: at + 1 });
        const held = [...new Set(pasted.lines.map((line) => line[at]).filter(Boolean))];
        return (
          <li key={at}>
            <span>
              <b>{heading}</b> <span class="help">{held.slice(0, MOST_SAMPLES).join(", ")}</span>
            </span>
            <TakesSelect
              {...props}
              reading={reading}
              at={at}
              label={t("history.takes", { heading })}
            />
          </li>
        );
      })}
    </ul>
  );
}

/** What fills the gaps of a sentence, in the reader's language. */
function write(model: Manifest, values: Record<string, unknown> = {}): Record<string, unknown> {
  const list = (names: unknown, join: (name: string) => string) =>
    (names as string[]).map(join).join(t("history.and"));
  const writers: Record<string, (value: unknown) => unknown> = {
    date: (value) => writeDate(Number(value)),
    newest: (value) => writeDate(Number(value)),
    name: (value) => translate(model, String(value)),
    names: (value) => list(value, (name) => translate(model, name ?? "–")),
    people: (value) => list(value, (name) => name),
    unit: (value) => showUnit(String(value)),
    number: (value) => formatNumber(Number(value), 12),
    row: (value) => Number(value) + 1,
    from: (value) => Number(value) + 1,
    until: (value) => Number(value) + 1,
  };
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [
      key,
      value === undefined ? "–" : (writers[key]?.(value) ?? value),
    ]),
  );
}

const writeDate = (date: number) =>
  new Intl.DateTimeFormat(getLanguage(), { dateStyle: "long", timeZone: "UTC" }).format(
    date * MS_PER_DAY,
  );
