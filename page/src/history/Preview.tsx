// How a pasted table is read: beside it what is still open, and nothing of it is taken before.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Row } from "../ask/draft";
import { t } from "../language";
import { type Choices, noChoices } from "./choices";
import { openDate, writeDate } from "./days";
import { PreviewTable } from "./PreviewTable";
import { openPasted } from "./pasted";
import { type Form, readPasted } from "./reading";
import { Troubles } from "./Troubles";

export interface Pasting {
  text: string;
  /** The column of the form that it was pasted into. */
  from: number;
}

export function Preview(props: {
  form: Form;
  pasting: Pasting;
  /** How many rows the form holds now. */
  held: number;
  onTake: (rows: Row[]) => void;
  onDiscard: () => void;
}) {
  const { form, pasting, held } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  const [choices, setChoices] = useState<Choices>(noChoices);
  const pasted = useMemo(
    () => openPasted(pasting.text, form.model, form.features, form.units, pasting.from),
    [pasting, form.model, form.features, form.units],
  );
  const reading = readPasted(pasted, form, choices);
  const { troubles, rows } = reading;
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      class="preview"
      ref={dialog}
      aria-labelledby="preview"
      onCancel={(event) => {
        event.preventDefault();
        props.onDiscard();
      }}
      onKeyDown={(event) => {
        // a field here is none of the form around it, which Enter would send
        const { target } = event;
        if (event.key === "Enter" && target instanceof HTMLInputElement) event.preventDefault();
      }}
    >
      <header>
        <h3 id="preview" tabIndex={-1}>
          {t("history.heading", { count: pasted.lines.length })}
        </h3>
        <p>
          {held > 0 ? t("history.replaces", { count: held }) : t("history.nothing_held")}{" "}
          {pasted.turned && t("history.turned")}{" "}
          {pasted.above.length > 0 && t("history.above", { text: pasted.above.join(" / ") })}
        </p>
      </header>
      <div class="preview-body">
        <PreviewTable
          form={form}
          pasted={pasted}
          reading={reading}
          choices={choices}
          onChoose={setChoices}
        />
        <div class="open-points">
          {reading.times.newest !== undefined && (
            <Today newest={reading.times.newest} choices={choices} onChoose={setChoices} />
          )}
          <Troubles
            form={form}
            pasted={pasted}
            troubles={troubles}
            choices={choices}
            onChoose={setChoices}
          />
        </div>
      </div>
      <footer>
        <button type="button" disabled={troubles.length > 0} onClick={() => props.onTake(rows)}>
          {t("history.take", { count: rows.length })}
        </button>
        <button type="button" class="quiet" onClick={props.onDiscard}>
          {t("history.discard")}
        </button>
        <p role="status">
          {troubles.length > 0
            ? t("history.open", { count: troubles.length })
            : t("history.settled")}
        </p>
      </footer>
    </dialog>
  );
}

/** The day that the answer is for: asked, never the clock's. */
function Today(props: { newest: number; choices: Choices; onChoose: (choices: Choices) => void }) {
  const { newest, choices, onChoose } = props;
  const change = (text: string) => {
    const date = openDate(text);
    if (date === undefined) return;
    const agreed = choices.agreed.filter((point) => point !== "today");
    onChoose({ ...choices, today: date, agreed });
  };
  return (
    <p class="today">
      <label>
        {t("history.today")}{" "}
        <input
          type="date"
          autocomplete="off"
          value={writeDate(choices.today ?? newest)}
          onChange={(event) => change(event.currentTarget.value)}
        />
      </label>
      {choices.agreed.includes("today") && <span class="agreed">✓ {t("history.agreed")}</span>}
    </p>
  );
}
