// A history as a table to fill in or to paste from a spreadsheet, with its values drawn below.
import type { Cell, FieldsProps, Row } from "../ask/draft";
import { ValueControl } from "../ask/Value";
import { Told, t, translate } from "../language";
import type { Feature, Manifest } from "../manifest";
import type { Taking } from "../rooms";
import { FieldName, Said } from "../Said";
import { showUnit } from "../units";
import { SeriesChart } from "./SeriesChart";

export function SeriesTable(props: FieldsProps<Taking<"series">>) {
  const { model, draft, units, problems, onChange } = props;
  const { input } = model;
  const setRows = (rows: Row[]) => onChange({ ...draft, rows: rows.length ? rows : [{}] });
  const setCell = (at: number, name: string, cell: Cell) =>
    setRows(draft.rows.map((row, i) => (i === at ? { ...row, [name]: cell } : row)));
  const paste = (event: ClipboardEvent, row: number, column: number) => {
    const text = event.clipboardData?.getData("text") ?? "";
    if (!/[\t\n]/.test(text.trim())) return;
    event.preventDefault();
    setRows(pasteCells(draft.rows, input.features, row, column, text).slice(0, input.max_rows));
  };
  return (
    <>
      <p class="help">{t("ask.series_help", { max: input.max_rows })}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
      <section class="scroll" tabIndex={0} aria-label={t("ask.series")}>
        <table class="series">
          <caption class="unseen">{t("ask.series")}</caption>
          <thead>
            <tr>
              {input.features.map((feature) => (
                <th scope="col" key={feature.name} title={translate(model, feature.description)}>
                  {translate(model, feature.name)}{" "}
                  {feature.type === "number" && <span class="unit">{showUnit(feature.unit)}</span>}
                </th>
              ))}
              <th scope="col">
                <span class="unseen">{t("ask.row_actions")}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {draft.rows.map((row, i) => (
              <tr key={i}>
                {input.features.map((feature, j) => (
                  <td key={feature.name} onPaste={(event) => paste(event, i, j)}>
                    <ValueControl
                      id={`value-${i}-${feature.name}`}
                      label={t("ask.cell", { name: translate(model, feature.name), row: i + 1 })}
                      model={model}
                      feature={feature}
                      units={units}
                      cell={row[feature.name] ?? { text: "" }}
                      problem={problems.get(`${input.field}[${i}].${feature.name}`)}
                      onChange={(cell) => setCell(i, feature.name, cell)}
                    />
                  </td>
                ))}
                <td>
                  <button
                    type="button"
                    class="quiet"
                    aria-label={t("ask.remove_row", { row: i + 1 })}
                    onClick={() => setRows(draft.rows.filter((_, j) => j !== i))}
                  >
                    ×
                  </button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <p>
        <button
          type="button"
          class="quiet"
          disabled={draft.rows.length >= input.max_rows}
          onClick={() => setRows([...draft.rows, {}])}
        >
          {t("ask.add_row")}
        </button>
      </p>
      <ul class="problems">
        {[...problems].map(([field, problem]) => (
          <li key={field} class="problem">
            <FieldName of={model} features={input.features} field={field} />:{" "}
            <Said of={model} fact={problem} text={problem.problem} />
          </li>
        ))}
      </ul>
      <details>
        <summary>{t("ask.columns")}</summary>
        <dl>
          {input.features.map((feature) => (
            <ColumnHelp key={feature.name} feature={feature} model={model} />
          ))}
        </dl>
      </details>
      <SeriesChart model={model} rows={draft.rows} />
    </>
  );
}

function ColumnHelp({ feature, model }: { feature: Feature; model: Manifest }) {
  return (
    <>
      <dt>{translate(model, feature.name)}</dt>
      <dd>
        <Told of={model} text={feature.description} />{" "}
        {feature.missing ? (
          <>
            {t("ask.if_missing")} <Told of={model} text={feature.missing} />
          </>
        ) : (
          t("ask.required")
        )}
      </dd>
    </>
  );
}

const BOOLEANS: Record<string, string> = { "1": "true", "0": "false", yes: "true", no: "false" };

/** Cells of a spreadsheet over the rows that are there, from one cell on; a header is left out. */
export function pasteCells(
  rows: Row[],
  features: Feature[],
  from: number,
  column: number,
  text: string,
): Row[] {
  const lines = text.replace(/\r/g, "").replace(/\n+$/, "").split("\n");
  const names = new Set(features.map((feature) => feature.name));
  const header = lines[0]?.split("\t").every((cell) => names.has(cell.trim()));
  const order = header ? lines[0]?.split("\t").map((cell) => cell.trim()) : undefined;
  const filled = [...rows];
  for (const [i, line] of lines.slice(header ? 1 : 0).entries()) {
    const row: Row = { ...filled[from + i] };
    for (const [j, cell] of line.split("\t").entries()) {
      const name = order ? order[j] : features[column + j]?.name;
      const feature = features.find((one) => one.name === name);
      if (!feature) continue;
      const typed = cell.trim();
      const isYesOrNo = feature.type === "boolean";
      row[feature.name] = { text: isYesOrNo ? (BOOLEANS[typed.toLowerCase()] ?? typed) : typed };
    }
    filled[from + i] = row;
  }
  return filled;
}
