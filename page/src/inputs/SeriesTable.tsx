// A history as a table to fill in; a table that is pasted or dropped is previewed first, and replaces it.
import { useEffect, useRef, useState } from "preact/hooks";
import type { Cell, FieldsProps, Row } from "../ask/draft";
import { ValueControl } from "../ask/Value";
import { openText } from "../history/bring";
import { type Pasting, Preview } from "../history/Preview";
import { isTable } from "../history/sheet";
import { Told, t, translate } from "../language";
import type { Feature, Manifest } from "../manifest";
import type { Taking } from "../rooms";
import { showUnit } from "../units";
import { CellProblems } from "./CellProblems";
import { Replaced, type Replacement } from "./Replaced";
import { SeriesChart } from "./SeriesChart";
import { findTwins, Twins, useBarrier } from "./Twins";

const LARGEST = 4_000_000; // bytes of a file

export function SeriesTable(props: FieldsProps<Taking<"series">>) {
  const { model, draft, units, problems, onChange } = props;
  const { input } = model;
  const root = useRef<HTMLDivElement>(null);
  const [pasting, setPasting] = useState<Pasting>();
  const [replacement, setReplacement] = useState<Replacement>();
  const held = draft.rows.filter(isFilled);
  const setRows = (rows: Row[]) => onChange({ ...draft, rows: rows.length ? rows : [{}] });
  const edit = (rows: Row[]) => {
    setReplacement(undefined);
    setRows(rows);
  };
  const setCell = (at: number, name: string, cell: Cell) =>
    edit(draft.rows.map((row, i) => (i === at ? { ...row, [name]: cell } : row)));
  const paste = (event: ClipboardEvent, from: number) => {
    const text = event.clipboardData?.getData("text") ?? "";
    if (!isTable(text)) return; // the value of one cell
    event.preventDefault();
    setPasting({ text, from });
  };
  // an example or an emptied form is no edit of what was pasted
  useEffect(() => {
    if (replacement && draft.rows !== replacement.after) setReplacement(undefined);
  }, [draft.rows, replacement]);
  const [time] = input.features;
  const twins = findTwins(draft.rows, time?.name ?? "");
  const isStopped = useBarrier(root, twins.length > 0);
  return (
    <div class="history" ref={root}>
      <Bring onBring={(text) => setPasting({ text, from: 0 })} />
      {replacement && (
        <Replaced
          replacement={replacement}
          onUndo={() => {
            setReplacement(undefined);
            setRows(replacement.before);
          }}
        />
      )}
      <p class="time-help">
        {time && <Told of={model} text={time.description} />}{" "}
        <span class="help">{t("ask.series_help", { max: input.max_rows })}</span>
      </p>
      <Twins
        twins={twins}
        isStopped={isStopped}
        onKeep={(at, of) => edit(draft.rows.filter((_, i) => i === at || !of.includes(i)))}
      />
      <CellProblems model={model} problems={problems} />
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
              <tr key={i} class={twins.some(({ lines }) => lines.includes(i)) ? "amiss" : ""}>
                {input.features.map((feature, j) => (
                  <td key={feature.name} onPaste={(event) => paste(event, j)}>
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
                    onClick={() => edit(draft.rows.filter((_, j) => j !== i))}
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
          onClick={() => edit([...draft.rows, {}])}
        >
          {t("ask.add_row")}
        </button>
      </p>
      <SeriesChart model={model} rows={draft.rows} />
      <details>
        <summary>{t("ask.columns")}</summary>
        <dl>
          {input.features.map((feature) => (
            <ColumnHelp key={feature.name} feature={feature} model={model} />
          ))}
        </dl>
      </details>
      {pasting && (
        <Preview
          form={{ model, features: input.features, most: input.max_rows, units }}
          pasting={pasting}
          held={held.length}
          onDiscard={() => setPasting(undefined)}
          onTake={(rows) => {
            setPasting(undefined);
            setReplacement({ before: draft.rows, after: rows, held: held.length });
            setRows(rows);
          }}
        />
      )}
    </div>
  );
}

const isFilled = (row: Row) => Object.values(row).some(({ text }) => text.trim());

/** Where a table is pasted or dropped, whatever it holds. */
function Bring({ onBring }: { onBring: (text: string) => void }) {
  const [refused, setRefused] = useState<"workbook" | "too_large">();
  const bring = (text: string) => {
    setRefused(undefined);
    if (text.trim()) onBring(text);
  };
  const open = async (file: File) => {
    const text = file.size > LARGEST ? "" : await openText(file);
    if (file.size > LARGEST) setRefused("too_large");
    else if (text === undefined) setRefused("workbook");
    else bring(text);
  };
  return (
    <div class="bring">
      <label for="bring">{t("history.bring")}</label>
      <p class="help" id="bring-help">
        {t("history.bring_help")}
      </p>
      <textarea
        id="bring"
        rows={2}
        autocomplete="off"
        spellcheck={false}
        aria-describedby="bring-help"
        value=""
        onPaste={(event) => {
          event.preventDefault();
          bring(event.clipboardData?.getData("text") ?? "");
        }}
        onDragOver={(event) => event.preventDefault()}
        onDrop={(event) => {
          event.preventDefault();
          const [file] = event.dataTransfer?.files ?? [];
          if (file) open(file);
          else bring(event.dataTransfer?.getData("text") ?? "");
        }}
        onInput={(event) => {
          // by a keyboard or a menu that sends no paste
          const { value } = event.currentTarget;
          event.currentTarget.value = "";
          if (isTable(value)) bring(value);
        }}
      />
      {refused && <p class="problem">{t(`history.${refused}`)}</p>}
    </div>
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
