// A patient on the left, the answer on the right (below each other where the screen is narrow).
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Answer } from "../answer/Answer";
import { Fold } from "../answer/Fold";
import { Strip } from "../answer/Strip";
import {
  type Change,
  type Draft,
  emptyDraft,
  findCell,
  keepDraft,
  recallDraft,
} from "../ask/draft";
import { EnteredIn, listEntered } from "../ask/entered";
import { Refused } from "../ask/Refused";
import { Stale } from "../ask/Stale";
import { useAnswer } from "../ask/useAnswer";
import { useUnits } from "../ask/useUnits";
import { findInput, findOutput } from "../kinds";
import { getLanguage, Told, t, translate } from "../language";
import type { Instance, Manifest } from "../manifest";
import type { Problem } from "../predictions";
import type { InputRoom } from "../rooms";
import type { Refusal, Units } from "../service";

export function AskView({ model }: { model: Manifest }) {
  const input = findInput(model);
  const { draft, latest, change } = useDraft(model);
  const [patients, setPatients] = useState(0);
  const [several, setSeveral] = useState<Draft>();
  const { asked, refusal, refused, ask, fail, forget } = useAnswer(model);
  const { units, loadUnits } = useUnits(model, fail);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (patients) form.current?.querySelector<HTMLElement>(FIELDS)?.focus();
  }, [patients]);
  const stale = useMemo(
    () => asked !== undefined && !isSame(input, model, asked.draft, draft, units ?? {}),
    [asked, draft, units],
  );
  const submit = async () => {
    const isSeveral = input.isSeveral?.(model, draft) ?? false;
    setSeveral(isSeveral ? draft : undefined);
    if (isSeveral) return forget();
    try {
      const known = await loadUnits();
      const entered = latest.current;
      const settle = await input.settle?.(model, entered);
      if (settle) change(settle);
      const settled = settle ? settle(entered) : entered;
      const wrong = input.check?.(model, settled, known) ?? [];
      await ask({ draft: settled, instance: input.read(model, settled, known), wrong });
    } catch (error) {
      fail(error);
    }
  };
  const take = async (instance: Instance) => {
    try {
      const opened = input.open(model, instance, await loadUnits());
      change(opened);
      setSeveral(undefined);
      await ask({ draft: opened, instance, wrong: [] });
    } catch (error) {
      fail(error);
    }
  };
  const clear = () => {
    change(emptyDraft());
    setSeveral(undefined);
    forget();
    setPatients((now) => now + 1);
  };
  const emptying = input.anew?.[getLanguage()] ?? t("ask.clear");
  const { takeUnit: enter } = input;
  const takeUnit =
    enter && ((feature: string, unit: string) => change((now) => enter(now, feature, unit)));
  const [prediction] = asked?.answered.predictions ?? [];
  const fields = {
    model,
    draft,
    units: units ?? {},
    problems: listProblems(refusal, refused, draft),
    doubted: !stale && prediction?.code === "too_far",
    onChange: change,
  };
  return (
    <>
      <Strip model={model} />
      <Fold of={asked?.at} name={input.heading[getLanguage()]} instance={asked?.instance}>
        <section class="panel" aria-labelledby="patient">
          <h3 id="patient">{input.heading[getLanguage()]}</h3>
          <Examples model={model} onChoose={take} />
          <form
            autocomplete="off"
            ref={form}
            onSubmit={(event) => {
              event.preventDefault();
              submit();
            }}
          >
            {refusal && <Refused model={model} refusal={refusal} />}
            {units && <input.Fields key={patients} {...fields} />}
            <p class="buttons">
              <button type="submit">{t("ask.submit")}</button>
              <button type="button" class="quiet" onClick={clear}>
                {emptying}
              </button>
            </p>
          </form>
          <p class="help">{t("ask.privacy")}</p>
        </section>
        <section class="panel" aria-labelledby="answer">
          <h3 id="answer">{t("answer.heading")}</h3>
          {several && input.Several ? (
            <input.Several
              model={model}
              draft={several}
              isStale={several !== draft}
              output={findOutput(model)}
            />
          ) : asked ? (
            <EnteredIn
              value={listEntered(
                input.listFeatures(model),
                stale ? asked.draft : draft,
                units ?? {},
              )}
              key={asked.answered.request_id}
            >
              <Stale stale={stale} onAgain={() => form.current?.requestSubmit()}>
                <Answer
                  model={model}
                  asked={asked}
                  units={units ?? {}}
                  onForce={() => ask({ ...asked, wrong: [] }, true)}
                  onUnit={stale ? undefined : takeUnit}
                />
              </Stale>
            </EnteredIn>
          ) : (
            <Before model={model} />
          )}
        </section>
      </Fold>
    </>
  );
}

const FIELDS = "input, select, textarea";

/** What is entered; changes are made to what is there by then, whatever was drawn last. */
function useDraft(model: Manifest) {
  const [draft, setDraft] = useState<Draft>(() => recallDraft(model));
  const latest = useRef(draft);
  const gone = useRef(false);
  useEffect(
    () => () => {
      gone.current = true;
    },
    [],
  );
  const change = (next: Change) => {
    if (gone.current) return; // what is read too late brings nobody back
    latest.current = typeof next === "function" ? next(latest.current) : next;
    keepDraft(model, latest.current);
    setDraft(latest.current);
  };
  return { draft, latest, change };
}

/** Whether two drafts ask the same, whatever is written otherwise. */
function isSame(input: InputRoom, model: Manifest, one: Draft, other: Draft, units: Units) {
  const write = (draft: Draft) => JSON.stringify(input.read(model, draft, units));
  return one === other || write(one) === write(other);
}

/** What is wrong, by field, the first of each; not of one that was edited since. */
function listProblems(refusal: Refusal | undefined, refused: Draft | undefined, draft: Draft) {
  const problems = new Map<string, Problem>();
  for (const problem of refusal?.details ?? []) {
    const field = problem.field ?? "";
    const isEdited = refused && findCell(refused, field) !== findCell(draft, field);
    if (field && !isEdited && !problems.has(field)) problems.set(field, problem);
  }
  return problems;
}

function Examples(props: { model: Manifest; onChoose: (instance: Instance) => void }) {
  const { model } = props;
  const given = model.examples.length
    ? model.examples
    : model.golden.cases
        .slice(0, 3)
        .map(({ instance }, i) => ({ title: t("ask.example", { n: i + 1 }), instance }));
  return (
    <fieldset class="examples">
      <legend>{t("ask.examples")}</legend>
      {given.map((example) => (
        <button
          type="button"
          class="quiet"
          key={example.title}
          lang={translate(model, example.title) === example.title ? "en" : undefined}
          onClick={() => props.onChoose(example.instance)}
        >
          {translate(model, example.title)}
        </button>
      ))}
    </fieldset>
  );
}

/** What to know before the first answer. */
function Before({ model }: { model: Manifest }) {
  return (
    <div class="before">
      <p>
        <Told of={model} text={model.card.intended_use} />
      </p>
      <p>
        <strong>{t("answer.for")}</strong> <Told of={model} text={model.card.population} />
      </p>
      {model.card.data.simulated && <p class="doubt">{t("answer.simulated")}</p>}
      <p>
        <strong>{t("answer.not_for")}</strong>
      </p>
      <ul>
        {model.card.out_of_scope.map((text) => (
          <li key={text}>
            <Told of={model} text={text} />
          </li>
        ))}
      </ul>
    </div>
  );
}
