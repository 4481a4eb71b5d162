// What drove an answer: the sentence, what the kind of input draws of it, and how it was found.

import { findInput, findOutput } from "../kinds";
import { t } from "../language";
import type { Instance, Manifest } from "../manifest";
import { type Explanation, isExplained, type Reasoning } from "../predictions";
import { Said } from "../Said";

export function Reasons(props: { model: Manifest; instance: Instance; explanation: Reasoning }) {
  const { model, explanation } = props;
  const why = isExplained(explanation) ? explanation.parts.sentence : explanation;
  return (
    <section class="reasons" aria-labelledby="reasons">
      <h4 id="reasons">{t("reasons.heading")}</h4>
      <p class="sentence">
        <Said of={model} fact={why} text={explanation.sentence} />
      </p>
      {isExplained(explanation) && <Parts {...props} explanation={explanation} />}
    </section>
  );
}

function Parts(props: { model: Manifest; instance: Instance; explanation: Explanation }) {
  const { model, explanation } = props;
  const { method, against, parts } = explanation;
  const how = { code: "clauses", limits: { clauses: [parts.method, parts.against] } };
  const input = findInput(model);
  return (
    <>
      <input.Reasons {...props} output={findOutput(model)} />
      <p class="help">
        {t("reasons.method")} <Said of={model} fact={how} text={`${method}; ${against}`} />
        {t("reasons.stop")} {!explanation.complete && t("reasons.incomplete")}{" "}
        {t("reasons.caution")}
      </p>
    </>
  );
}
