// What drove an answer: the sentence, what the kind of input draws of it, and how it was found.

import { findInput, findOutput } from "../kinds";
import { t } from "../language";
import type { Instance, Manifest } from "../manifest";
import { type Explanation, isExplained, type Reasoning } from "../predictions";
import { Said } from "../Said";

/** How an explanation says that it is of samples, which differ when they are drawn again. */
const SAMPLED = "sampled_shapley_values";

export function Reasons(props: { model: Manifest; instance: Instance; explanation: Reasoning }) {
  const { model, explanation } = props;
  const explained = isExplained(explanation);
  const ranked = !explained || explanation.parts.method.code !== SAMPLED;
  const stopped = explained && !explanation.complete;
  return (
    <section class="reasons" aria-labelledby="reasons">
      <h4 id="reasons">{t("reasons.heading")}</h4>
      {ranked ? (
        <p class="sentence">
          <Said
            of={model}
            fact={explained ? explanation.parts.sentence : explanation}
            text={explanation.sentence}
          />
        </p>
      ) : (
        // the service's sentence names those that count most, in an order that would not stay
        <p class="unranked">{t(stopped ? "reasons.stopped" : "reasons.sampled")}</p>
      )}
      {ranked && stopped && <p>{t("reasons.rough")}</p>}
      {explained && <Parts {...props} explanation={explanation} ranked={ranked} />}
    </section>
  );
}

function Parts(props: {
  model: Manifest;
  instance: Instance;
  explanation: Explanation;
  ranked: boolean;
}) {
  const { model, explanation } = props;
  const { method, against, parts } = explanation;
  const how = { code: "clauses", limits: { clauses: [parts.method, parts.against] } };
  const input = findInput(model);
  return (
    <>
      <input.Reasons {...props} output={findOutput(model)} />
      <p class="help">
        {t("reasons.method")} <Said of={model} fact={how} text={`${method}; ${against}`} />
        {t("reasons.stop")} {t("reasons.caution")}
      </p>
    </>
  );
}
