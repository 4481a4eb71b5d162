// A patient on the left, the answer on the right (below each other where the screen is narrow).
import { useEffect, useRef, useState } from "preact/hooks";
import { Answer, type Asked } from "../answer/Answer";
import { Fold } from "../answer/Fold";
import { Strip } from "../answer/Strip";
import { type Draft, emptyDraft, keepDraft, recallDraft } from "../ask/draft";
import { Failure } from "../Failure";
import { findInput } from "../kinds";
import { getLanguage, Told, t, translate } from "../language";
import type { Instance, Manifest } from "../manifest";
import type { Problem } from "../predictions";
import { FieldName, Said } from "../Said";
import { explain, predict, Refusal, readUnits, type Units } from "../service";

export function AskView({ model }: { model: Manifest }) {
  const input = findInput(model);
  const [draft, setDraft] = useState<Draft>(() => recallDraft(model));
  const [units, setUnits] = useState<Units>({});
  const { asked, refusal, ask, forget } = useAnswer(model);
  useEffect(() => {
    readUnits(model).then(setUnits, () => setUnits({}));
  }, [model]);
  const change = (next: Draft) => {
    keepDraft(model, next);
    setDraft(next);
  };
  const open = (instance: Instance) => {
    change(input.open(model, instance));
    ask(instance);
  };
  const clear = () => {
    change(emptyDraft());
    forget();
  };
  return (
    <>
      <Strip model={model} />
      <Fold of={asked?.at} name={input.heading[getLanguage()]} instance={asked?.instance}>
        <section class="panel" aria-labelledby="patient">
          <h3 id="patient">{input.heading[getLanguage()]}</h3>
          <Examples model={model} onChoose={open} />
          <form
            autocomplete="off"
            onSubmit={(event) => {
              event.preventDefault();
              ask(input.read(model, draft, units));
            }}
          >
            {refusal && <Refused model={model} refusal={refusal} />}
            <input.Fields
              model={model}
              draft={draft}
              units={units}
              problems={listProblems(refusal)}
              onChange={change}
            />
            <p class="buttons">
              <button type="submit">{t("ask.submit")}</button>
              <button type="button" class="quiet" onClick={clear}>
                {t("ask.clear")}
              </button>
            </p>
          </form>
          <p class="help">{t("ask.privacy")}</p>
        </section>
        <section class="panel" aria-labelledby="answer">
          <h3 id="answer">{t("answer.heading")}</h3>
          {asked ? (
            <Answer
              key={asked.answered.request_id}
              model={model}
              asked={asked}
              units={units}
              onForce={() => ask(asked.instance, true)}
            />
          ) : (
            <Before model={model} />
          )}
        </section>
      </Fold>
    </>
  );
}

/** Asks for the answer, and then for its explanation; what comes too late is dropped. */
function useAnswer(model: Manifest) {
  const [asked, setAsked] = useState<Asked>();
  const [refusal, setRefusal] = useState<Refusal>();
  const running = useRef<AbortController | undefined>(undefined);
  const stop = () => running.current?.abort();
  useEffect(() => stop, []);
  const ask = async (instance: Instance, force = false) => {
    stop();
    const controller = new AbortController();
    running.current = controller;
    const { signal } = controller;
    try {
      const answered = await predict(model, [instance], force ? { force } : {}, signal);
      const explained = answered.predictions[0]?.status === "ok";
      setRefusal(undefined);
      setAsked({ instance, answered, at: new Date(), pending: explained });
      if (!explained) return;
      const whole = await explain(model, instance, signal);
      setAsked((now) =>
        now?.instance === instance
          ? { ...now, answered: { ...whole, request_id: now.answered.request_id }, pending: false }
          : now,
      );
    } catch (error) {
      if (signal.aborted) return;
      setAsked(undefined);
      setRefusal(error instanceof Refusal ? error : new Refusal(0, ""));
    }
  };
  const forget = () => {
    stop();
    setAsked(undefined);
    setRefusal(undefined);
  };
  return { asked, refusal, ask, forget };
}

/** What is wrong, by field; the first of each. */
function listProblems(refusal: Refusal | undefined): Map<string, Problem> {
  const named = (refusal?.details ?? []).filter((detail) => detail.field !== null);
  return new Map(named.reverse().map((problem) => [problem.field ?? "", problem]));
}

function Refused({ model, refusal }: { model: Manifest; refusal: Refusal }) {
  const alert = useRef<HTMLDivElement>(null);
  useEffect(() => alert.current?.focus(), [refusal]);
  if (refusal.status !== 422) return <Failure refusal={refusal} />;
  return (
    <div class="failure" role="alert" tabIndex={-1} ref={alert}>
      <strong>{t("ask.refused", { count: refusal.details.length })}</strong>
      <ul>
        {refusal.details.map((detail, i) => (
          <li key={i}>
            {detail.field && (
              <FieldName
                of={model}
                features={findInput(model).listFeatures(model)}
                field={detail.field}
              />
            )}{" "}
            <Said of={model} fact={detail} text={detail.problem} />
          </li>
        ))}
      </ul>
    </div>
  );
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
