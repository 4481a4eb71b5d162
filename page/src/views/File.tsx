// A small file: every row is answered or rejected, and nothing of it is kept.
import { useRef, useState } from "preact/hooks";
import { Provenance } from "../answer/Provenance";
import { DataTable } from "../charts/Figure";
import { Failure } from "../Failure";
import {
  type Line,
  listColumns,
  MOST_BYTES,
  MOST_ROWS,
  readTable,
  splitRejects,
  writeAnswer,
  writeCsv,
} from "../file/table";
import { findInput } from "../kinds";
import { formatCount, t } from "../language";
import type { Manifest } from "../manifest";
import type { Answered } from "../predictions";
import type { FileColumns } from "../rooms";
import { FieldName, Said } from "../Said";
import { predict, Refusal } from "../service";

interface Scored {
  answers: Line[];
  rejects: Line[];
  /** Who answered, and when; nobody if all was rejected. */
  answered?: Pick<Answered, "model" | "request_id">;
  at: Date;
}

const SHOWN = 50;
const REJECT_COLUMNS = ["row", "id", "field", "problem"] as const;

/** Asks about every item; those that the service has a problem with are rejects, the others asked again. */
async function score(
  model: Manifest,
  columns: FileColumns<Manifest>,
  text: string,
): Promise<Scored | string> {
  const table = readTable(model, columns, text);
  if (table.unknown.length) return t("file.unknown", { columns: table.unknown.join(", ") });
  if (!table.items.length) return t("file.empty");
  if (table.rows > MOST_ROWS) return t("file.too_many", { most: formatCount(MOST_ROWS) });
  let { items } = table;
  let rejects: Line[] = [];
  while (items.length) {
    try {
      const instances = items.map(({ instance }) => instance);
      const answered = await predict(model, instances);
      const answers = items.flatMap((item, i) => {
        const prediction = answered.predictions[i];
        return prediction ? [writeAnswer(model, item, prediction)] : [];
      });
      return { answers, rejects, answered, at: new Date() };
    } catch (error) {
      if (!(error instanceof Refusal) || error.status !== 422) throw error;
      const [left, found] = splitRejects(items, error.details);
      if (left.length === items.length) throw error;
      items = left;
      rejects = [...rejects, ...found];
    }
  }
  return { answers: [], rejects, at: new Date() };
}

export function FileView({ model }: { model: Manifest }) {
  const { file } = findInput(model);
  if ("refuse" in file) return <p class="panel">{file.refuse()}</p>;
  return <Scoring model={model} columns={file} />;
}

function Scoring({ model, columns }: { model: Manifest; columns: FileColumns<Manifest> }) {
  const [scored, setScored] = useState<Scored>();
  const [told, setTold] = useState("");
  const [refusal, setRefusal] = useState<Refusal>();
  const newest = useRef<File | undefined>(undefined);
  const take = async (file: File | undefined) => {
    if (!file) return;
    newest.current = file;
    setScored(undefined);
    setRefusal(undefined);
    if (file.size > MOST_BYTES) return setTold(t("file.too_large"));
    setTold(t("file.running"));
    try {
      const found = await score(model, columns, await file.text());
      if (newest.current !== file) return;
      setTold(typeof found === "string" ? found : "");
      if (typeof found !== "string") setScored(found);
    } catch (error) {
      if (newest.current !== file) return;
      setTold("");
      setRefusal(error instanceof Refusal ? error : new Refusal(0, ""));
    }
  };
  return (
    <section class="panel">
      <h3>{t("file.heading")}</h3>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is one way more, the file field is the other */}
      <div
        class="drop"
        onDragOver={(event) => event.preventDefault()}
        onDrop={(event) => {
          event.preventDefault();
          take(event.dataTransfer?.files[0]);
        }}
      >
        <label for="file">{t("file.choose", { most: formatCount(MOST_ROWS) })}</label>
        <input
          id="file"
          type="file"
          accept=".csv,text/csv"
          aria-describedby="file-help"
          onChange={(event) => take(event.currentTarget.files?.[0])}
        />
        <p class="help" id="file-help">
          {t("file.columns")} <code>{["id", ...columns.list(model)].join(", ")}</code>
        </p>
      </div>
      <p role="status">{told}</p>
      {refusal && <Failure refusal={refusal} />}
      {scored && <Results model={model} scored={scored} />}
      <p class="help">{t("ask.privacy")}</p>
    </section>
  );
}

function Results({ model, scored }: { model: Manifest; scored: Scored }) {
  const { answers, rejects, answered, at } = scored;
  const columns = listColumns(answers);
  return (
    <>
      <p role="status">
        <strong>{t("file.done", { answers: answers.length, rejects: countRows(rejects) })}</strong>
      </p>
      {answers.length > 0 && (
        <Rows
          model={model}
          title={t("file.answers")}
          name="predictions.csv"
          columns={columns}
          lines={answers}
        />
      )}
      {rejects.length > 0 && (
        <Rows
          model={model}
          title={t("file.rejects")}
          name="rejects.csv"
          columns={[...REJECT_COLUMNS]}
          lines={rejects}
        />
      )}
      {answered && <Provenance model={model} answered={answered} at={at} />}
    </>
  );
}

const countRows = (rejects: Line[]) => new Set(rejects.map(({ cells }) => cells.row)).size;

interface RowsProps {
  model: Manifest;
  title: string;
  name: string;
  columns: string[];
  lines: Line[];
}

/** What is shown is in the language of the page; what is saved is as the service says it. */
function Rows(props: RowsProps) {
  const { model, columns, lines } = props;
  const [shown, setShown] = useState(SHOWN);
  const save = () => {
    const csv = writeCsv(
      lines.map(({ cells }) => cells),
      columns,
    );
    const url = URL.createObjectURL(new Blob([csv], { type: "text/csv" }));
    const link = document.createElement("a");
    link.href = url;
    link.download = props.name;
    link.click();
    URL.revokeObjectURL(url);
  };
  return (
    <>
      <h4>{props.title}</h4>
      <DataTable
        caption={props.title}
        head={columns}
        rows={lines
          .slice(0, shown)
          .map((line) => columns.map((column) => show(model, line, column)))}
      />
      <p class="buttons">
        <button type="button" onClick={save}>
          {t("file.save", { name: props.name })}
        </button>
        {lines.length > shown && (
          <button type="button" class="quiet" onClick={() => setShown(shown + SHOWN)}>
            {t("file.more", { count: lines.length - shown })}
          </button>
        )}
      </p>
    </>
  );
}

function show(model: Manifest, { cells, spoken }: Line, column: string) {
  return (
    spoken[column]?.map((one, i) => (
      <div key={i}>
        {one.field && (
          <FieldName of={model} features={findInput(model).listFeatures(model)} field={one.field} />
        )}{" "}
        <Said of={model} fact={one} text={one.text} />
      </div>
    )) ??
    cells[column] ??
    ""
  );
}
