// The pasted table as it will be taken: what stood there where that is something else, and what is amiss.
import { formatNumber, t, translate } from "../language";
import { showUnit, withUnit } from "../units";
import { type Choices, nameCell, type Trouble } from "./choices";
import { NOTHING, PERSON } from "./columns";
import { listUnits } from "./headerUnits";
import { plain } from "./numbers";
import type { Pasted } from "./pasted";
import type { Form, Reading } from "./reading";

const MOST_SHOWN = 300;

interface Props {
  form: Form;
  pasted: Pasted;
  reading: Reading;
  choices: Choices;
  onChoose: (choices: Choices) => void;
}

export const rowId = (line: number) => `pasted-${line}`;

export function PreviewTable(props: Props) {
  const { pasted, reading, choices, onChoose } = props;
  const amiss = collect(reading.troubles);
  const toggle = (line: number, taken: boolean) =>
    onChoose({
      ...choices,
      left: taken ? choices.left.filter((one) => one !== line) : [...choices.left, line],
    });
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <section class="scroll pasted" tabIndex={0} aria-label={t("history.table")}>
      <table>
        <caption class="unseen">{t("history.table")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("history.row")}</th>
            {reading.columns.map((_, i) => (
              <Head key={i} {...props} at={i} />
            ))}
          </tr>
        </thead>
        <tbody>
          {pasted.lines.slice(0, MOST_SHOWN).map((cells, line) => {
            const left = choices.left.includes(line);
            return (
              <tr key={line} class={left ? "left" : amiss.lines.has(line) ? "amiss" : ""}>
                <th scope="row">
                  <label>
                    <input
                      type="checkbox"
                      id={rowId(line)}
                      checked={!left}
                      aria-label={t("history.take_row", { row: line + 1 })}
                      onChange={(event) => toggle(line, event.currentTarget.checked)}
                    />
                    {line + 1}
                  </label>
                </th>
                {cells.map((text, column) => (
                  <ShownCell
                    key={column}
                    {...props}
                    line={line}
                    column={column}
                    text={text}
                    amiss={amiss.cells.has(nameCell(line, column))}
                  />
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

const collect = (troubles: Trouble[]) => ({
  lines: new Set(troubles.filter(({ cells }) => !cells).flatMap(({ lines }) => lines)),
  cells: new Set(troubles.flatMap(({ cells }) => cells ?? [])),
});

/** What a column was called, what it is taken as, and its unit. */
function Head(props: Props & { at: number }) {
  const { form, reading, choices, onChoose, at } = props;
  const column = reading.columns[at];
  const feature = form.features.find(({ name }) => name === column?.takes);
  const heading = column?.heading || t("history.column", { n: at + 1 });
  const units = feature ? listUnits(feature, form.units) : [];
  const unit = choices.units[at] ?? column?.unit ?? units[0];
  const offered = unit && !units.some((one) => one.unit === unit.unit) ? [unit, ...units] : units;
  return (
    <th scope="col" class={feature ? "" : "unused"}>
      <span class="heading">{heading}</span>
      <TakesSelect {...props} label={t("history.takes", { heading })} />
      {offered.length > 1 ? (
        <select
          aria-label={t("ask.unit_of", { name: heading })}
          value={unit?.unit}
          onChange={(event) => {
            const chosen = offered.find((one) => one.unit === event.currentTarget.value);
            if (chosen) onChoose({ ...choices, units: { ...choices.units, [at]: chosen } });
          }}
        >
          {offered.map((one) => (
            <option value={one.unit} key={one.unit}>
              {showUnit(one.unit) || t("history.no_unit")}
            </option>
          ))}
        </select>
      ) : (
        <span class="unit">{feature?.type === "number" && showUnit(feature.unit)}</span>
      )}
    </th>
  );
}

/** What a column holds, to choose. */
export function TakesSelect(props: {
  form: Form;
  reading: Pick<Reading, "columns">;
  choices: Choices;
  at: number;
  label: string;
  onChoose: (choices: Choices) => void;
}) {
  const { form, reading, choices, at, onChoose } = props;
  return (
    <select
      aria-label={props.label}
      value={reading.columns[at]?.takes ?? ""}
      onChange={(event) =>
        onChoose({ ...choices, takes: { ...choices.takes, [at]: event.currentTarget.value } })
      }
    >
      <option value="" disabled>
        {t("history.choose")}
      </option>
      {form.features.map(({ name }) => (
        <option value={name} key={name}>
          {translate(form.model, name)}
        </option>
      ))}
      <option value={PERSON}>{t("history.whose")}</option>
      <option value={NOTHING}>{t("history.not_needed")}</option>
    </select>
  );
}

function ShownCell(props: Props & { line: number; column: number; text: string; amiss: boolean }) {
  const { form, reading, line, column, text } = props;
  const takes = reading.columns[column]?.takes;
  const at = form.features.findIndex(({ name }) => name === takes);
  const feature = form.features[at];
  if (!feature) return <td class="unused">{text}</td>;
  const day = reading.times.days.get(line);
  const read = at === 0 ? day?.toString() : reading.texts.get(nameCell(line, column));
  const shown = read === undefined ? "" : show(form, feature.type, read);
  const isOther = text !== "" && plain(text) !== shown && plain(text) !== read;
  return (
    <td class={props.amiss ? "amiss" : ""}>
      {shown}
      {isOther && <span class={shown ? "aside" : ""}>{text}</span>}
    </td>
  );
}

const show = ({ model }: Form, type: string, read: string) => {
  if (type === "number") return withUnit(formatNumber(Number(read), 6), "1");
  return type === "boolean" ? t(`ask.${read}`) : translate(model, read);
};
