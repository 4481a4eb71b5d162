// What became of a file: how many of each, what is wrong and where, and every row.
import { useEffect, useRef, useState } from "preact/hooks";
import { Provenance } from "../answer/Provenance";
import type { FileAnswer } from "../contract";
import { findInput } from "../kinds";
import { formatCount, t, translate } from "../language";
import type { Manifest } from "../manifest";
import { FieldName, Said } from "../Said";
import { showUnit } from "../units";
import type { Use } from "./columns";
import {
  groupProblems,
  type Line,
  listConverted,
  listLines,
  type Spoken,
  STATUSES,
  type Status,
} from "./lines";
import { Rows } from "./Rows";
import type { Table } from "./table";

const LINKS = 12;
// what the page has said before: which columns travelled, and which sheet
const SAID_BEFORE = new Set(["columns_not_used", "read_sheet", "read_separator", "read_encoding"]);

/** A file that was asked about, and what came of it. */
export interface Scored {
  answered: FileAnswer;
  table: Table;
  uses: Use[];
  at: Date;
}

export function Results({ model, scored }: { model: Manifest; scored: Scored }) {
  const { answered, table, uses, at } = scored;
  const known = useRef<Line[]>(undefined);
  known.current ??= listLines(model, { table, uses }, answered.rows);
  const lines = known.current;
  const [only, setOnly] = useState<Status>();
  const [sought, setSought] = useState<{ line: number }>();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.closest("section")?.scrollIntoView();
    heading.current?.focus({ preventScroll: true });
  }, []);
  const notes = answered.notes.filter(({ code }) => !SAID_BEFORE.has(code));
  const converted = listConverted(model, uses);
  const show = (line: number) => {
    setOnly(undefined);
    setSought({ line });
  };
  const results = { model, table, uses, lines };
  return (
    <section class="results" aria-labelledby="results">
      <div class="save">
        <h3 id="results" tabIndex={-1} ref={heading}>
          {t("file.rows", { count: lines.length, rows: formatCount(lines.length) })}
        </h3>
        <Save results={results} />
      </div>
      <Counts lines={lines} only={only} onOnly={setOnly} />
      <Problems model={model} lines={lines} onShow={show} />
      {notes.length + converted.length > 0 && (
        <ul class="notes">
          {converted.map(({ name, unit }) => (
            <li key={name}>
              {t("file.converted", { name: translate(model, name), unit: showUnit(unit) })}
            </li>
          ))}
          {notes.map((one, i) => (
            <li key={i}>
              <Said of={model} fact={one} text={one.note} />
            </li>
          ))}
        </ul>
      )}
      <Rows model={model} lines={lines} only={only} sought={sought} />
      <Provenance model={model} answered={answered} at={at} />
    </section>
  );
}

function Save({
  results,
}: {
  results: { model: Manifest; table: Table; uses: Use[]; lines: Line[] };
}) {
  const { id } = results.model;
  const saveCsv = async () => {
    const { offer, writeCsv } = await import("./save");
    offer(writeCsv(results), `${id}-results.csv`);
  };
  const saveXlsx = async () => {
    const { offer, writeXlsx } = await import("./save");
    offer(writeXlsx(results), `${id}-results.xlsx`);
  };
  return (
    <p class="buttons">
      <button type="button" onClick={saveXlsx}>
        {t("file.save_xlsx")}
      </button>
      <button type="button" class="quiet" onClick={saveCsv}>
        {t("file.save_csv")}
      </button>
    </p>
  );
}

/** Three numbers, each of which shows its rows alone. */
function Counts(props: {
  lines: Line[];
  only: Status | undefined;
  onOnly: (only: Status | undefined) => void;
}) {
  const { lines, only, onOnly } = props;
  return (
    <fieldset class="counts">
      <legend class="unseen">{t("file.show_only")}</legend>
      {STATUSES.map((status) => {
        const count = lines.filter((line) => line.status === status).length;
        return (
          <button
            type="button"
            class={`count ${status}`}
            key={status}
            aria-pressed={only === status}
            onClick={() => onOnly(only === status ? undefined : status)}
          >
            <strong>{formatCount(count)}</strong> <span>{t(`file.${status}`)}</span>
          </button>
        );
      })}
    </fieldset>
  );
}

/** What is wrong, once for each kind, with links to the rows. */
function Problems(props: { model: Manifest; lines: Line[]; onShow: (line: number) => void }) {
  const { model, lines, onShow } = props;
  const rejected = lines.filter(({ status }) => status === "rejected");
  const abstained = lines.filter(({ status }) => status === "abstained");
  return (
    <>
      {[
        { of: rejected, title: t("file.why_rejected"), name: "rejected" },
        { of: abstained, title: t("file.why_abstained"), name: "abstained" },
      ].map(
        ({ of, title, name }) =>
          of.length > 0 && (
            <section class={`whys ${name}`} key={name}>
              <h4>{title}</h4>
              <ul>
                {groupProblems(model, of).map(({ problem, said, lines }, i) => (
                  <li key={i}>
                    <Sentence model={model} spoken={problem} said={said} />{" "}
                    <Links lines={lines} onShow={onShow} />
                  </li>
                ))}
              </ul>
            </section>
          ),
      )}
    </>
  );
}

function Links({ lines, onShow }: { lines: number[]; onShow: (line: number) => void }) {
  const [all, setAll] = useState(false);
  const shown = all ? lines : lines.slice(0, LINKS);
  return (
    <span class="links">
      {shown.map((line) => (
        <button type="button" class="link" key={line} onClick={() => onShow(line)}>
          {t("file.row", { line })}
        </button>
      ))}
      {shown.length < lines.length && (
        <button type="button" class="link" onClick={() => setAll(true)}>
          {t("file.more", { count: lines.length - shown.length })}
        </button>
      )}
    </span>
  );
}

/** A sentence about a row, with the column that it is about. */
function Sentence(props: { model: Manifest; spoken: Spoken; said: string | undefined }) {
  const { model, spoken, said } = props;
  const { field, key, text } = spoken;
  return (
    <span>
      {field && (
        <>
          <FieldName
            of={model}
            features={findInput(model).listFeatures(model)}
            field={field}
          />{" "}
        </>
      )}
      {said ?? (key ? t(key) : <Said of={model} fact={spoken} text={text} />)}
    </span>
  );
}
