// An answer: whether to believe it first, then what it says, why, what if, and who said it.
import { useEffect, useRef } from "preact/hooks";
import { findInput } from "../kinds";
import { t } from "../language";
import type { Instance, Manifest } from "../manifest";
import type { Answered, Prediction } from "../predictions";
import { FieldName, Said } from "../Said";
import { Output } from "./Output";
import { Provenance } from "./Provenance";
import { Reasons } from "./Reasons";
import { TurnedOut } from "./TurnedOut";
import { WhatIf } from "./WhatIf";

/** What was asked and what came back; the time is the browser's. */
export interface Asked {
  instance: Instance;
  answered: Answered;
  at: Date;
  /** Whether the explanation is still to come. */
  pending: boolean;
}

export function Answer(props: { model: Manifest; asked: Asked; onForce: () => void }) {
  const { model, asked } = props;
  const [prediction] = asked.answered.predictions;
  const article = useRef<HTMLElement>(null);
  useEffect(() => {
    if (article.current) bringToReader(article.current);
  }, []);
  if (!prediction) return null;
  return (
    <article
      class="answer"
      aria-busy={asked.pending}
      aria-label={t("answer.heading")}
      tabIndex={-1}
      ref={article}
    >
      <Doubts model={model} prediction={prediction} onForce={props.onForce} />
      <Output model={model} prediction={prediction} />
      <TurnedOut model={model} prediction={prediction} />
      {prediction.explanation ? (
        <Reasons model={model} instance={asked.instance} explanation={prediction.explanation} />
      ) : (
        asked.pending && <p role="status">{t("answer.explaining")}</p>
      )}
      {prediction.status === "ok" && <WhatIf model={model} instance={asked.instance} />}
      <Given model={model} instance={asked.instance} />
      <Provenance model={model} answered={asked.answered} at={asked.at} />
    </article>
  );
}

/** A new answer may be out of sight: below the form, or above where its button is. */
function bringToReader(answer: HTMLElement) {
  answer.focus({ preventScroll: true });
  const { top } = answer.getBoundingClientRect();
  if (top < 0 || top > innerHeight / 2) answer.scrollIntoView();
}

/** Abstention, force and warnings: the most visible thing, when there are any. */
function Doubts(props: { model: Manifest; prediction: Prediction; onForce: () => void }) {
  const { status, reason, warnings, output } = props.prediction;
  const features = findInput(props.model).listFeatures(props.model);
  const forcible = status === "abstained" && output === null;
  return (
    <>
      {status !== "ok" && (
        <div class="doubt stop" role="alert">
          <strong>{t(`answer.${status}`)}</strong>
          <p>
            <Said of={props.model} fact={props.prediction} text={reason ?? ""} />
          </p>
          {forcible && (
            <button type="button" class="quiet" onClick={props.onForce}>
              {t("answer.force")}
            </button>
          )}
        </div>
      )}
      {warnings.length > 0 && (
        <div class="doubt">
          <strong>{t("answer.warnings", { count: warnings.length })}</strong>
          <ul>
            {warnings.map((warning, i) => (
              <li key={i}>
                {warning.field && (
                  <FieldName of={props.model} features={features} field={warning.field} />
                )}{" "}
                <Said of={props.model} fact={warning} text={warning.problem} />
              </li>
            ))}
          </ul>
        </div>
      )}
      {props.model.card.data.simulated && <p class="doubt">{t("answer.simulated")}</p>}
    </>
  );
}

/** What was asked about, for the printed page. */
function Given({ model, instance }: { model: Manifest; instance: Instance }) {
  const input = findInput(model);
  return (
    <details class="given-values">
      <summary>{t("answer.given")}</summary>
      <input.Given model={model} instance={instance} />
    </details>
  );
}
