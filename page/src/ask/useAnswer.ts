// Asks for the answer, and then for its explanation; what comes too late is dropped.
import { useEffect, useRef, useState } from "preact/hooks";
import type { Asked } from "../answer/Answer";
import { findInput } from "../kinds";
import type { Instance, Manifest } from "../manifest";
import type { Answered, Problem } from "../predictions";
import { explain, predict, Refusal } from "../service";
import type { Draft } from "./draft";

/** What is asked: as it was entered, as it is sent, and what is wrong with it already. */
interface Question {
  draft: Draft;
  instance: Instance;
  wrong: Problem[];
}

export function useAnswer(model: Manifest) {
  const [asked, setAsked] = useState<Asked & { draft: Draft }>();
  const [refusal, setRefusal] = useState<Refusal>();
  const [refused, setRefused] = useState<Draft>();
  const running = useRef<AbortController | undefined>(undefined);
  const stop = () => running.current?.abort();
  useEffect(() => stop, []);
  const fail = (error: unknown) => {
    setAsked(undefined);
    setRefusal(error instanceof Refusal ? error : new Refusal(0, ""));
  };
  const ask = async ({ draft, instance, wrong }: Question, force = false) => {
    stop();
    const controller = new AbortController();
    running.current = controller;
    const { signal } = controller;
    setRefused(draft);
    setAsked((now) => now && { ...now, pending: true }); // until the new answer takes its place
    try {
      const answered = await askWhole(model, instance, wrong, force, signal);
      const explained = answered.predictions[0]?.status === "ok";
      setRefusal(undefined);
      setAsked({ draft, instance, answered, at: new Date(), pending: explained });
      if (!explained) return;
      const whole = await explain(model, instance, signal);
      setAsked((now) =>
        now?.instance === instance
          ? { ...now, answered: { ...whole, request_id: now.answered.request_id }, pending: false }
          : now,
      );
    } catch (error) {
      if (!signal.aborted) fail(error);
    }
  };
  const forget = () => {
    stop();
    setAsked(undefined);
    setRefusal(undefined);
  };
  return { asked, refusal, refused, ask, fail, forget };
}

/** The answer; all that is wrong is refused at once, what the page found and what the service did. */
async function askWhole(
  model: Manifest,
  instance: Instance,
  wrong: Problem[],
  force: boolean,
  signal: AbortSignal,
): Promise<Answered> {
  const asking = predict(model, [instance], force ? { force } : {}, signal);
  if (!wrong.length) return asking;
  const refused = await asking.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (refused && !(refused instanceof Refusal && refused.status === 422)) throw refused;
  const known = new Set(wrong.map(({ field }) => field));
  const others = refused instanceof Refusal ? refused.details : [];
  const details = [...wrong, ...others.filter(({ field }) => !known.has(field))];
  throw new Refusal(422, "", {}, sortByField(model, details));
}

/** In the order of the form; what is of none of its features comes last. */
function sortByField(model: Manifest, problems: Problem[]): Problem[] {
  const names = findInput(model)
    .listFeatures(model)
    .map(({ name }) => name);
  const place = ({ field }: Problem) => names.indexOf(field ?? "") + 1 || names.length + 1;
  return [...problems].sort((a, b) => place(a) - place(b));
}
