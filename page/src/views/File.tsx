// A small file: every row is answered or rejected, and nothing of it is kept.
import { useRef, useState } from "preact/hooks";
import { Provenance } from "../answer/Provenance";
import { DataTable } from "../charts/Figure";
import type { FileAnswer } from "../contract";
import { Failure } from "../Failure";
import { type Line, listAnswer, listColumns, listProblems, writeCsv } from "../file/lines";
import { prepare, type Ready } from "../file/ready";
import { findInput } from "../kinds";
import { formatCount, t } from "../language";
import type { Manifest } from "../manifest";
import type { FileColumns } from "../rooms";
import { FieldName, Said } from "../Said";
import { answerFile, answerFileAsCsv, Refusal } from "../service";

const MOST_ROWS = 1000;
const MOST_BYTES = 4_000_000;
const SHOWN = 50;
const REJECT_COLUMNS = ["row", "id", "field", "problem"] as const;

/** What was sent, and what came of it. */
interface Scored {
  answered: FileAnswer;
  ready: Ready;
  missing: string[];
  at: Date;
}

export function FileView({ model }: { model: Manifest }) {
  const { file } = findInput(model);
  if ("refuse" in file) return <p class="panel">{file.refuse()}</p>;
  return <Scoring model={model} columns={file} />;
}

function Scoring({ model, columns }: { model: Manifest; columns: FileColumns<Manifest> }) {
  const [ready, setReady] = useState<Ready>();
  const [scored, setScored] = useState<Scored>();
  const [told, setTold] = useState("");
  const [refusal, setRefusal] = useState<Refusal>();
  const [words, setWords] = useState("");
  const newest = useRef<File | undefined>(undefined);
  /** Work on the newest file; what comes of an older one is no longer wanted. */
  const work = async (file: File | undefined, step: () => Promise<() => void>) => {
    setRefusal(undefined);
    setTold(t("file.running"));
    try {
      const show = await step();
      if (newest.current !== file) return;
      setTold("");
      show();
    } catch (error) {
      if (newest.current !== file) return;
      setTold("");
      setRefusal(error instanceof Refusal ? error : new Refusal(0, ""));
    }
  };
  const send = async (ready: Ready) => {
    const missing = words.split(",").flatMap((word) => word.trim() || []);
    const answered = await answerFile(model, ready.content, ready.type, missing);
    return () => {
      setReady(undefined);
      setScored({ answered, ready, missing, at: new Date() });
    };
  };
  const take = (file: File | undefined) => {
    if (!file) return;
    newest.current = file;
    setReady(undefined);
    setScored(undefined);
    setRefusal(undefined);
    if (file.size > MOST_BYTES) return setTold(t("file.too_large"));
    return work(file, async () => {
      const bytes = new Uint8Array(await file.arrayBuffer());
      const found = await prepare(model, columns.list(model), bytes);
      if (!found) return () => setTold(t("file.no_header"));
      if (found.whole || found.left.length) return () => setReady(found);
      return send(found);
    });
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
        <label for="missing">{t("file.missing")}</label>
        <input
          id="missing"
          type="text"
          value={words}
          onInput={(event) => setWords(event.currentTarget.value)}
        />
        <label for="file">{t("file.choose", { most: formatCount(MOST_ROWS) })}</label>
        <input
          id="file"
          type="file"
          accept=".csv,.tsv,.txt,.xlsx"
          aria-describedby="file-help"
          onChange={(event) => take(event.currentTarget.files?.[0])}
        />
        <p class="help" id="file-help">
          {t("file.columns")} <code>{["id", ...columns.list(model)].join(", ")}</code>
        </p>
      </div>
      <p role="status">{told}</p>
      {ready && <Unneeded ready={ready} onSend={() => work(newest.current, () => send(ready))} />}
      {refusal && <Failure refusal={refusal} />}
      {scored && <Results model={model} scored={scored} />}
      <p class="help">{t("ask.privacy")}</p>
    </section>
  );
}

/** What does not travel, or that all does. */
function Unneeded({ ready, onSend }: { ready: Ready; onSend: () => void }) {
  return (
    <div role="status">
      <p>{t(ready.whole ? "file.whole" : "file.unneeded")}</p>
      {!ready.whole && (
        <ul>
          {ready.left.map((name, i) => (
            <li key={i}>{name}</li>
          ))}
        </ul>
      )}
      <p class="buttons">
        <button type="button" onClick={onSend}>
          {t(ready.whole ? "file.send" : "file.send_without")}
        </button>
      </p>
    </div>
  );
}

function Results({ model, scored }: { model: Manifest; scored: Scored }) {
  const { answered, ready, missing, at } = scored;
  const answers = answered.rows.flatMap((row) => listAnswer(model, row));
  const rejects = answered.rows.flatMap(listProblems);
  const saveAnswers = async () => {
    const { csv, digest } = await answerFileAsCsv(model, ready.content, ready.type, missing);
    if (digest !== answered.model.digest) throw new Refusal(409, t("file.other_digest"));
    return csv;
  };
  const saveRejects = async () => {
    const cells = rejects.map((line) => line.cells);
    return new Blob([writeCsv(cells, [...REJECT_COLUMNS])], { type: "text/csv" });
  };
  return (
    <>
      <p role="status">
        <strong>
          {t("file.done", { answers: answered.answered, rejects: answered.rejected })}
        </strong>
      </p>
      {answered.notes.length > 0 && (
        <>
          <h4>{t("file.notes")}</h4>
          <ul class="notes">
            {answered.notes.map((one, i) => (
              <li key={i}>
                <Said of={model} fact={one} text={one.note} />
              </li>
            ))}
          </ul>
        </>
      )}
      {answers.length > 0 && (
        <Rows
          model={model}
          title={t("file.answers")}
          name="predictions.csv"
          columns={listColumns(answers)}
          lines={answers}
          save={saveAnswers}
        />
      )}
      {rejects.length > 0 && (
        <Rows
          model={model}
          title={t("file.rejects")}
          name="rejects.csv"
          columns={[...REJECT_COLUMNS]}
          lines={rejects}
          save={saveRejects}
        />
      )}
      <Provenance model={model} answered={answered} at={at} />
    </>
  );
}

interface RowsProps {
  model: Manifest;
  title: string;
  name: string;
  columns: string[];
  lines: Line[];
  /** What is saved. */
  save(): Promise<Blob>;
}

/** What is shown is in the language of the page; what is saved is as the service says it. */
function Rows(props: RowsProps) {
  const { model, columns, lines } = props;
  const [shown, setShown] = useState(SHOWN);
  const [refusal, setRefusal] = useState<Refusal>();
  const save = async () => {
    setRefusal(undefined);
    try {
      const url = URL.createObjectURL(await props.save());
      const link = document.createElement("a");
      link.href = url;
      link.download = props.name;
      link.click();
      URL.revokeObjectURL(url);
    } catch (error) {
      setRefusal(error instanceof Refusal ? error : new Refusal(0, ""));
    }
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
      {refusal && <Failure refusal={refusal} />}
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
