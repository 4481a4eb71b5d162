// Options side by side: how risky each is, whether the rule of today lets it be given, and whether it is within the limit.
import type { ManifestOutcomeTarget, Option, Policy, PolicyBands } from "../contract";
import { Told, t, translate } from "../language";
import type { AnswerProps, Giving, OutputRoom } from "../rooms";
import { Said } from "../Said";
import { DoseChart } from "./DoseChart";
import { DoseOptions } from "./DoseOptions";
import { findBand, listLimits, nameChoice, nameFirst, writeCount } from "./risks";

type Model = Giving<"policy">;
type Props = AnswerProps<Model, Policy, PolicyBands>;

export const policy: OutputRoom<Model, Policy, PolicyBands, ManifestOutcomeTarget> = {
  name: { en: "recommendation", zh: "建议" },
  question: { en: "Which dose?", zh: "用多大剂量？" },
  Verdict,
  Answer,
  listClaims: (model, { options, recommended }) =>
    Object.entries(options.find(({ action }) => action === recommended)?.risks ?? {}).map(
      ([outcome, value]) => ({
        target: { kind: "outcome", outcome },
        value,
        name: <Told of={model} text={outcome} />,
      }),
    ),
  nameCurve: (model, { outcome }) => t("curve.share", { of: translate(model, outcome) }),
  nameTarget(model, of) {
    const found = findTarget(model, of);
    if (!found) return translate(model, of);
    const { action, outcome } = found;
    return t("reasons.outcome_of", {
      action: translate(model, action),
      outcome: translate(model, outcome),
    });
  },
  isDecisive: (model, of) => findTarget(model, of)?.outcome === model.output.limit.outcome,
  writeCells: ({ recommended }) => ({ recommended: recommended ?? "" }),
};

/** Of which action and which outcome a number of an answer is. */
const findTarget = ({ output }: Model, of: string) =>
  output.actions
    .flatMap((action) =>
      output.outcomes.map((outcome) => ({ action: action.name, outcome: outcome.name })),
    )
    .find(({ action, outcome }) => of === `${action}_${outcome}`);

function Verdict(props: Props) {
  const { model, output } = props;
  const chosen = output.options.find(({ action }) => action === output.recommended);
  return (
    <div class="dose">
      <p class="verdict">
        {chosen ? (
          <>
            {t(`policy.${nameChoice(output)}`)} <Told of={model} text={chosen.action} />
          </>
        ) : (
          t("policy.none")
        )}
      </p>
      {chosen && <Headline {...props} option={chosen} />}
      <p class="help">
        <Told of={model} text={output.notice} />
      </p>
    </div>
  );
}

function Answer(props: Props) {
  return (
    <div class="dose">
      <DoseOptions {...props} />
      <DoseChart {...props} />
      <p class="help">
        <Told of={props.model} text={props.output.grading} />
      </p>
    </div>
  );
}

/** What is to be expected of the option that is named: of so many patients, so many; and why it. */
function Headline({ model, output, interval, option }: Props & { option: Option }) {
  const first = nameFirst(model);
  const risk = option.risks[first] ?? 0;
  const band = findBand(interval, option, first);
  const limit = listLimits(model, output).get(first);
  const described = model.output.outcomes.find(({ name }) => name === first)?.description ?? first;
  return (
    <>
      <div class="expected">
        <p class="in-hundred">{t("policy.in_hundred", { count: writeCount(risk) })}</p>
        <p>
          <Told of={model} text={described} />
          <span class="aside">
            {band &&
              t("policy.between", { low: writeCount(band.low), high: writeCount(band.high) })}{" "}
            {limit !== undefined && (
              <span class={risk > limit ? "over" : ""}>
                {t(risk > limit ? "policy.over_limit_of" : "policy.limit_of", {
                  limit: writeCount(limit),
                })}
              </span>
            )}
          </span>
        </p>
      </div>
      <p class="sentence">
        <Said of={model} fact={option} text={option.why} />
      </p>
    </>
  );
}
