// A small file: opened on this machine, seen through, then asked about; nothing of it is kept.
import { useRef, useState } from "preact/hooks";
import { useUnits } from "../ask/useUnits";
import { Failure } from "../Failure";
import { countNamed, ID, listColumns, listSent, matchColumns, type Use } from "../file/columns";
import { openTable } from "../file/open";
import { Preview } from "../file/Preview";
import { Results, type Scored } from "../file/Results";
import { type Choice, listNames, type Table, Unreadable } from "../file/table";
import { listRespelled, speakSent } from "../file/values";
import { findInput } from "../kinds";
import { formatCount, t } from "../language";
import type { Manifest } from "../manifest";
import { Said } from "../Said";
import { answerFile, Refusal, type Units } from "../service";

const MOST_ROWS = 1000;
const MOST_BYTES = 4_000_000; // of what travels
const MOST_READ = 20_000_000;

/** A file that was opened. */
interface Opened {
  bytes: Uint8Array<ArrayBuffer>;
  name: string;
  table: Table;
  uses: Use[];
}

export function FileView({ model }: { model: Manifest }) {
  const { file, refuseFile } = findInput(model);
  const refused = "refuse" in file ? file.refuse() : refuseFile?.(model);
  if (refused) return <p class="panel">{refused}</p>;
  return <Scoring model={model} />;
}

const NONE: Units = {};

function Scoring({ model }: { model: Manifest }) {
  const [opened, setOpened] = useState<Opened>();
  const [scored, setScored] = useState<Scored>();
  const [told, setTold] = useState(""); // the key of a sentence
  const [refusal, setRefusal] = useState<Refusal | Unreadable>();
  const [words, setWords] = useState("");
  const newest = useRef(0);
  const { units = NONE, loadUnits } = useUnits(model, (error) =>
    setRefusal(error instanceof Refusal ? error : new Refusal(0, "")),
  );
  const columns = listColumns(model, units);
  /** Work on the newest file; what comes of an older one is no longer wanted. */
  const work = async (wait: string, step: () => Promise<() => void>) => {
    const turn = ++newest.current;
    setRefusal(undefined);
    setTold(wait);
    try {
      const show = await step();
      if (newest.current !== turn) return;
      setTold("");
      show();
    } catch (error) {
      if (newest.current !== turn) return;
      setTold("");
      const known = error instanceof Refusal || error instanceof Unreadable;
      setRefusal(known ? error : new Refusal(0, ""));
    }
  };
  const read = (bytes: Uint8Array<ArrayBuffer>, name: string, choice: Choice = {}) =>
    work("file.opening", async () => {
      // a file that comes before the units, or without them, must not be taken for one in our own
      const columns = listColumns(model, await loadUnits());
      const known = { count: countNamed(columns), isOne: columns.length === 2 };
      const table = await openTable(bytes, name, known, choice);
      const uses = matchColumns(listNames(table), columns);
      return () => setOpened({ bytes, name, table, uses });
    });
  const take = (file: File | undefined) => {
    if (!file) return;
    setOpened(undefined);
    setScored(undefined);
    if (file.size > MOST_READ) {
      setRefusal(undefined);
      return setTold("file.too_large");
    }
    return work("file.opening", async () => {
      const bytes = new Uint8Array(await file.arrayBuffer());
      return () => read(bytes, file.name);
    });
  };
  const send = ({ table, uses }: Opened) =>
    work("file.running", async () => {
      const respelled = listRespelled(model, table, uses);
      const content = table.write(speakSent(listSent(uses, columns), respelled));
      if (content.length > MOST_BYTES) return () => setTold("file.too_large");
      const missing = words.split(",").flatMap((word) => word.trim() || []);
      const answered = await answerFile(model, content, table.type, missing);
      return () => {
        setOpened(undefined);
        setScored({ answered, table, uses, at: new Date() });
      };
    });
  return (
    <div class="file">
      <Chooser model={model} names={listHeader(model, columns)} onTake={take} />
      <p role="status" class="told">
        {told && t(told)}
      </p>
      {refusal instanceof Refusal && <Failure refusal={refusal} />}
      {refusal instanceof Unreadable && <Unread unreadable={refusal} />}
      {opened && (
        <Preview
          model={model}
          columns={columns}
          units={units}
          {...opened}
          most={MOST_ROWS}
          words={words}
          onUse={(uses) => setOpened({ ...opened, uses })}
          onChoice={(choice) => read(opened.bytes, opened.name, choice)}
          onWords={setWords}
          onSend={() => send(opened)}
        />
      )}
      {scored && <Results key={scored.answered.request_id} model={model} scored={scored} />}
      <p class="help">{t("ask.privacy")}</p>
    </div>
  );
}

/** The header of a template: units stand in brackets, as the service reads them. */
const listHeader = (model: Manifest, columns: ReturnType<typeof listColumns>) =>
  columns.map(({ name, units: [own = "1"] }) =>
    name === ID || own === "1" || !findInput(model).listFeatures(model).length
      ? name
      : `${name} (${own})`,
  );

function Unread({ unreadable }: { unreadable: Unreadable }) {
  const { fact } = unreadable;
  return (
    <div class="failure" role="alert">
      {fact === "binary" ? t("file.binary") : <Said fact={fact} text={fact.code} />}
    </div>
  );
}

/** Choose, drop or paste a file, or take an empty one. */
function Chooser(props: {
  model: Manifest;
  names: string[];
  onTake: (file: File | undefined) => void;
}) {
  const { model, names, onTake } = props;
  const saveTemplate = async () => {
    const { offer, writeTemplate } = await import("../file/save");
    offer(writeTemplate(names), `${model.id}-template.csv`);
  };
  const paste = (data: DataTransfer | null) => {
    const file = data?.files[0];
    const text = data?.getData("text/plain");
    onTake(file ?? (text ? new File([text], "pasted.txt") : undefined));
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is one way more, the file field is another
    <div
      class="drop"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        paste(event.dataTransfer);
      }}
    >
      <div>
        <label for="file">{t("file.choose", { most: formatCount(MOST_ROWS) })}</label>
        <input
          id="file"
          type="file"
          accept=".csv,.tsv,.txt,.xlsx"
          aria-describedby="file-help"
          onChange={(event) => {
            const { currentTarget: field } = event;
            onTake(field.files?.[0]);
          }}
          onClick={(event) => {
            event.currentTarget.value = ""; // so that the same file may be chosen again
          }}
        />
      </div>
      <div>
        <label for="paste">{t("file.paste")}</label>
        <textarea
          id="paste"
          rows={1}
          placeholder={t("file.paste_here")}
          value=""
          onPaste={(event) => {
            event.preventDefault();
            paste(event.clipboardData);
          }}
        />
      </div>
      <p class="help" id="file-help">
        {t("file.columns")} <code>{names.join(", ")}</code>{" "}
        <button type="button" class="link" onClick={saveTemplate}>
          {t("file.template")}
        </button>
      </p>
    </div>
  );
}
