// Free text, the second form of a text: its form, what was asked about, and what it was read as.
import { useEffect, useState } from "preact/hooks";
import type { FieldsProps } from "../ask/draft";
import { formatCount, Told, t } from "../language";
import type { Instance } from "../manifest";
import type { Taking } from "../rooms";
import { Said } from "../Said";
import { splitCharacters } from "./lines";
import type { WordsProps } from "./Words";

type Model = Taking<"text">;
type Reasons = typeof import("./Words").Words;

const ROWS = 9;

export function LetterField({ model, draft, problems, onChange }: FieldsProps<Model>) {
  const { input } = model;
  const problem = problems.get(input.field);
  const count = splitCharacters(draft.content).length;
  const max = input.tokens?.most_characters ?? 0;
  return (
    <div class="field">
      <label for="value-text">
        <Told of={model} text={input.description} label />
      </label>
      <textarea
        id="value-text"
        class="letter-field"
        rows={ROWS}
        autocomplete="off"
        spellcheck={false}
        value={draft.content}
        aria-invalid={problem !== undefined}
        aria-describedby="value-text-help value-text-problem"
        onInput={(event) => onChange({ ...draft, content: event.currentTarget.value })}
      />
      <p class={count > max ? "help over" : "help"} id="value-text-help">
        {t("letter.count", { count: formatCount(count), max: formatCount(max) })}
      </p>
      <p class="problem" id="value-text-problem">
        {problem && <Said of={model} fact={problem} text={problem.problem} />}
      </p>
    </div>
  );
}

export function LetterGiven({ model, instance }: { model: Model; instance: Instance }) {
  return (
    <dl>
      <dt>
        <Told of={model} text={model.input.description} />
      </dt>
      <dd class="letter">{String(instance[model.input.field] ?? "")}</dd>
    </dl>
  );
}

/** What colours words is loaded where the first text is explained. */
export function LetterReasons(props: WordsProps) {
  const [Words, setWords] = useState<Reasons>();
  useEffect(() => {
    let gone = false;
    import("./Words").then((room) => gone || setWords(() => room.Words));
    return () => {
      gone = true;
    };
  }, []);
  return Words ? <Words {...props} /> : <p role="status">{t("answer.explaining")}</p>;
}
