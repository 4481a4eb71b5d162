// An answer: what it says, whether to believe it, why, what if, and who said it.
import { useEffect, useRef } from "preact/hooks";
import { t } from "../language";
import type { Manifest } from "../manifest";
import type { Prediction } from "../predictions";
import { Said } from "../Said";
import type { Units } from "../service";
import type { Asked } from "./asked";
import { Believe } from "./Believe";
import { Foot } from "./Foot";
import { Drawn, Verdict } from "./Output";
import { OutsideUse } from "./OutsideUse";
import { Reasons } from "./Reasons";
import { WhatIf } from "./WhatIf";
import { Cause, Lead, Withheld } from "./Withheld";

export type { Asked } from "./asked";

interface Props {
  model: Manifest;
  asked: Asked;
  units: Units;
  onForce: () => void;
  /** Takes a value to be of another unit; none where the answer is of other values than the form's. */
  onUnit: ((feature: string, unit: string) => void) | undefined;
}

export function Answer(props: Props) {
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
      <OutsideUse model={model} instance={asked.instance} warnings={prediction.warnings} />
      <General model={model} prediction={prediction} />
      <Body {...props} prediction={prediction} />
      {prediction.explanation ? (
        <Reasons model={model} instance={asked.instance} explanation={prediction.explanation} />
      ) : (
        asked.pending && prediction.status === "ok" && <p role="status">{t("answer.explaining")}</p>
      )}
      {prediction.status === "ok" && <WhatIf model={model} instance={asked.instance} />}
      <Foot model={model} asked={asked} />
    </article>
  );
}

/** The answer and whether to believe it; where there is none, or none that should be, why. */
function Body(props: Props & { prediction: Prediction }) {
  const { model, asked, prediction } = props;
  const { instance } = asked;
  if (prediction.status === "abstained")
    return (
      <>
        <Withheld {...props} instance={instance} />
        <Verdict model={model} prediction={prediction} />
        <Drawn model={model} prediction={prediction} instance={instance} />
      </>
    );
  if (prediction.status === "forced")
    return (
      <section class="forced" aria-labelledby="forced">
        <p class="forced-word" id="forced" role="alert">
          {t("answer.forced")} <Lead model={model} prediction={prediction} />
        </p>
        <Verdict model={model} prediction={prediction} />
        <Drawn model={model} prediction={prediction} instance={instance} />
        <Cause {...props} instance={instance} />
      </section>
    );
  return (
    <>
      <Verdict model={model} prediction={prediction} />
      <Believe model={model} prediction={prediction} />
      <Drawn model={model} prediction={prediction} instance={instance} />
    </>
  );
}

/** A new answer may be out of sight: below the form, or above where its button is. */
function bringToReader(answer: HTMLElement) {
  answer.focus({ preventScroll: true });
  const { top } = answer.getBoundingClientRect();
  if (top < 0 || top > innerHeight / 2) answer.scrollIntoView();
}

/** What is to be said of the answer as a whole, not of one value. */
function General({ model, prediction }: { model: Manifest; prediction: Prediction }) {
  const general = prediction.warnings.filter(({ field }) => !field);
  return (
    <>
      {general.map((warning, i) => (
        <p class="doubt" key={i}>
          <Said of={model} fact={warning} text={warning.problem} />
        </p>
      ))}
    </>
  );
}
