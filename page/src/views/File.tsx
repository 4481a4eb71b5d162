// A small file: every row is answered or rejected, and nothing of it is kept.
import { useRef, useState } from "preact/hooks";
import { Provenance } from "../answer/Provenance";
import { DataTable } from "../charts/Figure";
import { Failure } from "../Failure";
import {
  type Cells,
  listColumns,
  MOST_BYTES,
  MOST_ROWS,
  type Reject,
  readTable,
  splitRejects,
  writeAnswer,
  writeCsv,
} from "../file/table";
import { formatCount, t } from "../language";
import type { Manifest } from "../manifest";
import type { Answered } from "../predictions";
import { FieldName, Said } from "../Said";
import { predict, Refusal } from "../service";

interface Scored {
  answers: Cells[];
  rejects: Reject[];
  /** Who answered, and when; nobody if all was rejected. */
  answered?: Pick<Answered, "model" | "request_id">;
  at: Date;
}

const SHOWN = 50;
const REJECT_COLUMNS = ["row", "id", "field", "problem"] as const;

/** Asks about every item; those that the service has a problem with are rejects, the others asked again. */
async function score(model: Manifest, text: string): Promise<Scored | string> {
  const table = readTable(model, text);
  if (table.unknown.length) return t("file.unknown", { columns: table.unknown.join(", ") });
  if (!table.items.length) return t("file.empty");
  if (table.rows > MOST_ROWS) return t("file.too_many", { most: formatCount(MOST_ROWS) });
  let { items } = table;
  let rejects: Reject[] = [];
  while (items.length) {
    try {
      const instances = items.map(({ instance }) => instance);
      const answered = await predict(model, instances);
      const answers = items.flatMap((item, i) => {
        const prediction = answered.predictions[i];
        return prediction ? [writeAnswer(item, prediction)] : [];
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
      const found = await score(model, await file.text());
      if (newest.current !== file) return;
      setTold(typeof found === "string" ? found : "");
      if (typeof found !== "string") setScored(found);
    } catch (error) {
      if (newest.current !== file) return;
      setTold("");
      setRefusal(error instanceof Refusal ? error : new Refusal(0, ""));
    }
  };
  if (model.input.kind === "image") return <p class="panel">{t("file.no_pictures")}</p>;
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
          {t("file.columns")} <code>{listNames(model).join(", ")}</code>
        </p>
      </div>
      <p role="status">{told}</p>
      {refusal && <Failure refusal={refusal} />}
      {scored && <Results model={model} scored={scored} />}
      <p class="help">{t("ask.privacy")}</p>
    </section>
  );
}

function listNames({ input }: Manifest): string[] {
  if (input.kind === "text" || input.kind === "image") return ["id", input.field];
  return ["id", ...input.features.map((feature) => feature.name)];
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
          rows={answers}
        />
      )}
      {rejects.length > 0 && (
        <Rows
          model={model}
          title={t("file.rejects")}
          name="rejects.csv"
          columns={[...REJECT_COLUMNS]}
          rows={rejects.map((one) => ({ ...one }))}
        />
      )}
      {answered && <Provenance model={model} answered={answered} at={at} />}
    </>
  );
}

const countRows = (rejects: Reject[]) => new Set(rejects.map(({ row }) => row)).size;

interface RowsProps {
  model: Manifest;
  title: string;
  name: string;
  columns: string[];
  rows: Cells[];
}

/** What is shown is in the language of the page; what is saved is as the service says it. */
function Rows(props: RowsProps) {
  const { model, columns, rows } = props;
  const [shown, setShown] = useState(SHOWN);
  const save = () => {
    const url = URL.createObjectURL(new Blob([writeCsv(rows, columns)], { type: "text/csv" }));
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
        rows={rows
          .slice(0, shown)
          .map((row) => columns.map((column) => show(model, column, row[column] ?? "")))}
      />
      <p class="buttons">
        <button type="button" onClick={save}>
          {t("file.save", { name: props.name })}
        </button>
        {rows.length > shown && (
          <button type="button" class="quiet" onClick={() => setShown(shown + SHOWN)}>
            {t("file.more", { count: rows.length - shown })}
          </button>
        )}
      </p>
    </>
  );
}

const SENTENCES = ["problem", "reason", "warnings"];

function show(model: Manifest, column: string, cell: string | number) {
  if (!SENTENCES.includes(column)) return cell;
  const clauses = column === "warnings" ? String(cell).split("; ") : [String(cell)];
  return clauses.map((clause) => {
    const [, field, problem = clause] = /^([\w.[\]]+): (.*)$/.exec(clause) ?? [];
    return (
      <div key={clause}>
        {field && <FieldName of={model} field={field} />} <Said of={model} text={problem} />
      </div>
    );
  });
}
