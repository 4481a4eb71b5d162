// An answer: whether to believe it first, then what it says, why, what if, and who said it.
import { Fragment } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { showPicture } from "../ask/Picture";
import { t, translate } from "../language";
import type { Instance, Manifest } from "../manifest";
import { nameValue } from "../names";
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
      {prediction.output && (
        <Output model={model} instance={asked.instance} prediction={prediction} />
      )}
      <TurnedOut model={model} prediction={prediction} />
      {prediction.explanation ? (
        <Reasons model={model} instance={asked.instance} explanation={prediction.explanation} />
      ) : (
        asked.pending && <p role="status">{t("answer.explaining")}</p>
      )}
      {prediction.status === "ok" && "features" in model.input && (
        <WhatIf model={model} input={model.input} instance={asked.instance} was={prediction} />
      )}
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
                {warning.field && <FieldName of={props.model} field={warning.field} />}{" "}
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
  const { input } = model;
  return (
    <details class="given-values">
      <summary>{t("answer.given")}</summary>
      {input.kind === "image" && (
        <img class="given" src={showPicture(String(instance[input.field]))} alt="" />
      )}
      {input.kind === "series" && (
        <ul class="rows">
          {(instance[input.field] as Instance[]).map((row, i) => (
            <li key={i}>{writeRow(model, row)}</li>
          ))}
        </ul>
      )}
      {(input.kind === "tabular" || input.kind === "text") && (
        <dl>
          {Object.entries(instance).map(([name, value]) => (
            <Fragment key={name}>
              <dt>{translate(model, name)}</dt>
              <dd>{nameValue(model, value ?? "–")}</dd>
            </Fragment>
          ))}
        </dl>
      )}
    </details>
  );
}

/** One time of a history, as "day -7, ANC 4.8, platelets 230". */
const writeRow = (model: Manifest, row: Instance) =>
  Object.entries(row)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${translate(model, name)} ${nameValue(model, value)}`)
    .join(", ");
