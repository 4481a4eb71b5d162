// What there is to ask: found by the question, by what is at hand, or by a word.
import { useEffect, useState } from "preact/hooks";
import { Row } from "../catalogue/Row";
import { Failure } from "../Failure";
import { nameKinds } from "../kinds";
import { getLanguage, t, translate } from "../language";
import type { Entry } from "../manifest";
import { listModels, type Refusal } from "../service";

/** What entries are found by: a kind of output, a kind of input, words. */
interface Sought {
  output?: string | undefined;
  input?: string | undefined;
  words: string;
}

export function CatalogueView() {
  const [entries, setEntries] = useState<Entry[]>();
  const [refusal, setRefusal] = useState<Refusal>();
  const [sought, setSought] = useState<Sought>({ words: "" });
  const load = () => {
    setRefusal(undefined);
    listModels().then((told) => setEntries(told.models), setRefusal);
  };
  useEffect(load, []);
  if (refusal) return <Failure refusal={refusal} onRetry={load} />;
  if (!entries) return <p role="status">{t("page.loading")}</p>;
  const found = entries.filter((entry) => isSought(entry, sought));
  return (
    <>
      <h2>{t("catalogue.heading")}</h2>
      <p class="lead">{t("catalogue.lead")}</p>
      <search class="search">
        <Choice
          name={t("catalogue.by_question")}
          choices={listChoices(entries, "output", "question")}
          chosen={sought.output}
          onChoose={(output) => setSought({ ...sought, output })}
        />
        <Choice
          name={t("catalogue.by_input")}
          choices={listChoices(entries, "input", "input")}
          chosen={sought.input}
          onChoose={(input) => setSought({ ...sought, input })}
        />
        <label>
          {t("catalogue.search")}
          <input
            type="search"
            value={sought.words}
            onInput={(event) => setSought({ ...sought, words: event.currentTarget.value })}
          />
        </label>
      </search>
      <p role="status" class="found">
        {t("catalogue.found", { count: found.length })}
      </p>
      {found.length < entries.length && (
        <p>
          <button type="button" class="quiet" onClick={() => setSought({ words: "" })}>
            {t("catalogue.all")}
          </button>
        </p>
      )}
      <ul class="catalogue">
        {found.map((entry) => (
          <li key={`${entry.id}@${entry.version}`}>
            <Row entry={entry} several={isOneOfSeveral(entry, entries)} />
          </li>
        ))}
      </ul>
    </>
  );
}

const isOneOfSeveral = (entry: Entry, entries: Entry[]) =>
  entries.filter((other) => other.id === entry.id).length > 1;

const isSought = (entry: Entry, { output, input, words }: Sought) =>
  (output === undefined || entry.output === output) &&
  (input === undefined || entry.input === input) &&
  contains(entry, words);

/** Whether all words that are sought are in what is said of a model, in either language. */
function contains(entry: Entry, sought: string): boolean {
  const texts = [entry.title, entry.intended_use, entry.population].map((text) => text ?? "");
  const kinds = Object.values(nameKinds(entry));
  const told = [entry.id, ...kinds, ...texts, ...texts.map((text) => translate(entry, text))];
  const all = told.join(" ").toLocaleLowerCase(getLanguage());
  return sought
    .toLocaleLowerCase(getLanguage())
    .split(/\s+/)
    .every((word) => all.includes(word));
}

/** The kinds that there are, each once, with what they are called here. */
function listChoices(entries: Entry[], of: "input" | "output", name: "input" | "question") {
  const told = entries.flatMap((entry) => {
    const key = entry[of];
    return key === undefined ? [] : [[key, nameKinds(entry)[name]] as const];
  });
  return [...new Map(told)];
}

/** One of several, or none: what is pressed is let go by pressing it again. */
function Choice(props: {
  name: string;
  choices: [key: string, name: string][];
  chosen: string | undefined;
  onChoose: (key: string | undefined) => void;
}) {
  const { name, choices, chosen, onChoose } = props;
  if (choices.length < 2) return null;
  return (
    <fieldset class="choice">
      <legend>{name}</legend>
      {choices.map(([key, called]) => (
        <button
          type="button"
          class="quiet"
          key={key}
          aria-pressed={chosen === key}
          onClick={() => onChoose(chosen === key ? undefined : key)}
        >
          {called}
        </button>
      ))}
    </fieldset>
  );
}
