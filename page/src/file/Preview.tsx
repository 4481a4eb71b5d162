// A file before any of it travels: its first rows, and which column is which.
import { formatCount, formatNumber, nameValue, t, translate } from "../language";
import type { Manifest } from "../manifest";
import type { Units } from "../service";
import { showUnit, withUnit } from "../units";
import {
  type Column,
  changeUnit,
  changeUse,
  ID,
  listLacking,
  listTwice,
  type Use,
} from "./columns";
import { type Choice, listData, listNames, type Table } from "./table";
import { ENCODINGS } from "./text";
import { listDoubtful, listRespelled } from "./values";

const SHOWN = 5;
const HEADERS = 10;
const LONGEST = 40;

interface PreviewProps {
  model: Manifest;
  table: Table;
  columns: Column[];
  units: Units;
  uses: Use[];
  most: number;
  words: string;
  onUse: (uses: Use[]) => void;
  onChoice: (choice: Choice) => void;
  onWords: (words: string) => void;
  onSend: () => void;
}

export function Preview(props: PreviewProps) {
  const { model, table, columns, uses, most } = props;
  const rows = listData(table).length;
  const unused = listNames(table).flatMap((name, i) =>
    uses[i]?.name ? [] : [name || t("file.column", { n: i + 1 })],
  );
  const stop = findStop(props, rows);
  return (
    <section class="preview" aria-labelledby="preview">
      <h3 id="preview">{t("file.preview", { count: rows, rows: formatCount(rows) })}</h3>
      <p class="help">{t("file.nothing_sent")}</p>
      <Reading {...props} />
      <Columns {...props} />
      <Doubts {...props} />
      <p class="help">
        {unused.length > 0 && <>{t("file.unused", { columns: unused.join(", ") })} </>}
        {uses.some(({ name }) => name === ID) &&
          t(columns[0]?.required ? "file.ids_numbered" : "file.ids_stay")}
      </p>
      <details class="missing-words">
        <summary>{t("file.missing_more")}</summary>
        <label for="missing">{t("file.missing")}</label>
        <input
          id="missing"
          type="text"
          value={props.words}
          onInput={(event) => props.onWords(event.currentTarget.value)}
        />
      </details>
      {stop.length > 0 && (
        <div class="failure" role="status">
          {stop.map((sentence) => (
            <p key={sentence}>{sentence}</p>
          ))}
        </div>
      )}
      <p class="buttons">
        <button type="button" disabled={stop.length > 0} onClick={props.onSend}>
          {t("file.send", { count: rows, rows: formatCount(Math.min(rows, most)) })}
        </button>
      </p>
    </section>
  );

  function findStop(_: PreviewProps, count: number): string[] {
    const lacking = listLacking(uses, columns);
    const twice = listTwice(listNames(table), columns, uses);
    const list = (some: Column[]) => some.map((one) => nameColumn(model, one.name)).join(", ");
    const once = lacking.columns.filter((one) => !twice.includes(one));
    const stop: string[] = [];
    if (!count) stop.push(t("file.no_rows"));
    if (count > most) stop.push(t("file.too_many", { most: formatCount(most) }));
    if (twice.length) stop.push(t("file.twice", { columns: list(twice) }));
    if (once.length) stop.push(t("file.lacks", { columns: list(once) }));
    if (lacking.units.length) stop.push(t("file.no_unit", { columns: list(lacking.units) }));
    return stop;
  }
}

export const nameColumn = (model: Manifest, name: string) =>
  name === ID ? t("file.id") : translate(model, name);

/** How the file is read, where that may be otherwise. */
function Reading({ table, onChoice }: PreviewProps) {
  const headers = table.rows.slice(0, Math.max(HEADERS, table.header + 1));
  const short = (cells: string[]) => {
    const text = cells.filter((cell) => cell.trim()).join(" · ");
    return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
  };
  return (
    <div class="reading">
      {table.sheets.length > 1 && (
        <label>
          {t("file.sheet")}
          <select
            value={table.sheet}
            onChange={(event) => onChoice({ sheet: Number(event.currentTarget.value) })}
          >
            {table.sheets.map((name, i) => (
              <option value={i} key={i}>
                {name}
              </option>
            ))}
          </select>
        </label>
      )}
      <label>
        {t("file.header")}
        <select
          value={table.header}
          onChange={(event) =>
            onChoice({ ...pick(table), header: Number(event.currentTarget.value) })
          }
        >
          {headers.map(({ line, cells }, i) => (
            <option value={i} key={i}>
              {t("file.header_in", { line, text: short(cells) })}
            </option>
          ))}
          <option value={-1}>{t("file.header_none")}</option>
        </select>
      </label>
      {table.encoding && (
        <label>
          {t("file.encoding")}
          <select
            value={table.encoding}
            onChange={(event) => onChoice({ encoding: event.currentTarget.value })}
          >
            {ENCODINGS.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
      )}
    </div>
  );
}

const pick = ({ sheet, sheets, encoding }: Table): Choice => ({
  ...(encoding ? { encoding } : {}),
  ...(sheets.length ? { sheet } : {}),
});

/** The first rows, and above each column what it is taken for. */
function Columns(props: PreviewProps) {
  const { table } = props;
  const names = listNames(table);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <section class="scroll" tabIndex={0} aria-label={t("file.first_rows")}>
      <table class="columns">
        <caption class="unseen">{t("file.first_rows")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("file.line")}</th>
            {names.map((name, i) => (
              <th scope="col" key={i} class={props.uses[i]?.name ? "used" : "unused"}>
                {name || t("file.column", { n: i + 1 })}
              </th>
            ))}
          </tr>
          <tr>
            <td />
            {names.map((name, i) => (
              <td key={i} class={props.uses[i]?.name ? "used" : "unused"}>
                <UseOf {...props} at={i} name={name || t("file.column", { n: i + 1 })} />
              </td>
            ))}
          </tr>
        </thead>
        <tbody>
          {listData(table)
            .slice(0, SHOWN)
            .map(({ line, cells }) => (
              <tr key={line}>
                <th scope="row">{line}</th>
                {names.map((_, i) => (
                  <td key={i} class={props.uses[i]?.name ? "used" : "unused"}>
                    {cells[i]}
                  </td>
                ))}
              </tr>
            ))}
        </tbody>
      </table>
    </section>
  );
}

/** What one column is taken for, and its unit. */
function UseOf(props: PreviewProps & { at: number; name: string }) {
  const { model, columns, uses, at, name, onUse } = props;
  const use = uses[at] ?? { name: "", unit: "" };
  const column = columns.find((one) => one.name === use.name);
  const [own = "1", ...others] = column?.units ?? [];
  const hasChoice = others.length > 0 || (column?.isNumber && use.unit === "");
  return (
    <span class="use">
      <select
        aria-label={t("file.use_of", { name })}
        value={use.name}
        onChange={(event) => {
          const chosen = columns.find((one) => one.name === event.currentTarget.value);
          onUse(changeUse(uses, at, chosen));
        }}
      >
        <option value="">{t("file.not_used")}</option>
        {columns.map((one) => (
          <option value={one.name} key={one.name}>
            {nameColumn(model, one.name)}
          </option>
        ))}
      </select>
      {column && hasChoice && (
        <select
          aria-label={t("ask.unit_of", { name: nameColumn(model, column.name) })}
          aria-invalid={use.unit === ""}
          value={use.unit}
          onChange={(event) => onUse(changeUnit(uses, at, event.currentTarget.value, columns))}
        >
          {use.unit === "" && <option value="">{t("ask.which_unit")}</option>}
          {column.units.map((unit) => (
            <option value={unit} key={unit}>
              {showUnit(unit) || t("file.no_unit_of_its_own")}
            </option>
          ))}
        </select>
      )}
      {column?.isNumber && !hasChoice && <span class="unit">{showUnit(own)}</span>}
      {use.almost && <span class="almost">{t("file.almost")}</span>}
    </span>
  );
}

const sayValue = (model: Manifest, word: string) =>
  word === "true" || word === "false" ? t(`ask.${word}`) : nameValue(model, word);

/** Words that are sent as others, and numbers that another unit would make usual. */
function Doubts({ model, table, units, uses }: PreviewProps) {
  const found = listDoubtful(model, table, uses, units);
  return (
    <>
      {listRespelled(model, table, uses).map(({ name, words }) => (
        <p class="help" key={name}>
          {nameColumn(model, name)}:{" "}
          {[...words]
            .map(([from, to]) => t("file.respelled", { from, to: sayValue(model, to) }))
            .join(", ")}
        </p>
      ))}
      {found.map(({ name, middle, unit, range, likely }) => (
        <p class="doubt" key={name}>
          {t("file.doubtful", {
            name: nameColumn(model, name),
            middle: withUnit(formatNumber(middle, 3), unit),
            low: formatNumber(range.low, 3),
            high: withUnit(formatNumber(range.high, 3), unit),
            likely: likely.map(showUnit).join(", "),
          })}
        </p>
      ))}
    </>
  );
}
