// The options side by side: how intense, how risky, whether allowed and why.
import { DataTable, Figure } from "../charts/Figure";
import { Plot } from "../charts/Plot";
import type { ManifestOutcomeTarget, Option, Policy, PolicyBands } from "../contract";
import { formatNumber, formatPercent, Told, t, translate } from "../language";
import type { Manifest, Range } from "../manifest";
import type { AnswerProps, Giving, OutputRoom } from "../rooms";
import { Said } from "../Said";
import { showUnit } from "../units";

type Model = Giving<"policy">;
type Props = AnswerProps<Model, Policy, PolicyBands>;

export const policy: OutputRoom<Model, Policy, PolicyBands, ManifestOutcomeTarget> = {
  name: { en: "recommendation", zh: "建议" },
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

function Verdict({ model, output }: Props) {
  return (
    <>
      <p class="verdict">
        {output.recommended === null ? (
          t("policy.none")
        ) : (
          <>
            {t(output.least_bad ? "policy.least_bad" : "policy.recommended")}{" "}
            <Told of={model} text={output.recommended} />
          </>
        )}
      </p>
      <p class="help">
        <Told of={model} text={output.notice} />
      </p>
    </>
  );
}

function Answer(props: Props) {
  const { model, output } = props;
  return (
    <>
      <Options {...props} />
      <Trade {...props} />
      <p class="help">
        <Told of={model} text={output.grading} />
      </p>
    </>
  );
}

const findBand = (interval: PolicyBands | undefined, option: Option, risk: string) =>
  interval?.options.find((one) => one.action === option.action)?.risks[risk];

function Options({ model, output, interval }: Props) {
  const risks = Object.keys(output.options[0]?.risks ?? {});
  return (
    <DataTable
      class="options"
      caption={t("policy.options")}
      head={[
        t("policy.action"),
        ...risks.map((risk) => translate(model, risk)),
        `${t("policy.nadir")} ${showUnit(output.options[0]?.expected_nadir.unit ?? "1")}`,
      ]}
      rows={output.options.map((option) => [
        <OptionName key="action" model={model} output={output} option={option} />,
        ...risks.map((risk) => (
          <Risk key={risk} share={option.risks[risk]} band={findBand(interval, option, risk)} />
        )),
        formatNumber(option.expected_nadir.value, 2),
      ])}
    />
  );
}

/** What an option is called; below it whether it is allowed and within the limit, and why. */
function OptionName(props: { model: Manifest; output: Policy; option: Option }) {
  const { model, output, option } = props;
  return (
    <>
      <span class={option.action === output.recommended ? "chosen" : ""}>
        {option.action === output.recommended && "★ "}
        {nameMark(output, option)} <Told of={model} text={option.action} />
      </span>
      <span class="aside">
        {t(option.allowed ? "policy.allowed" : "policy.not_allowed")} ·{" "}
        {t(option.within_limit ? "policy.within_limit" : "policy.above_limit")}:{" "}
        <Said of={model} fact={option} text={option.why} />
      </span>
    </>
  );
}

function Risk({ share, band }: { share: number | undefined; band: Range | undefined }) {
  return (
    <>
      {formatPercent(share ?? 0, 0)}
      {band && (
        <span class="aside">
          {t("figure.interval", {
            low: formatPercent(band.low, 0),
            high: formatPercent(band.high, 0),
          })}
        </span>
      )}
    </>
  );
}

/** A, B, C ...: what an option is called where there is no room. */
const nameMark = (output: Policy, option: Option) =>
  String.fromCharCode("A".charCodeAt(0) + output.options.indexOf(option));

const MOST_DOSE = 1.2;
const ROOM = 30; // pixels that a mark and its name take

/** Dose intensity against risk: a circle is allowed, a cross is not, a ring is recommended. */
function Trade({ model, output, interval }: Props) {
  const [limited] = Object.keys(output.limit);
  const risk = Object.keys(output.options[0]?.risks ?? {})[0];
  if (!limited || !risk) return null;
  const description = model.output.outcomes.find(({ name }) => name === risk)?.description;
  return (
    <Figure
      title={t("policy.trade", { risk: translate(model, risk) })}
      head={[t("policy.action"), t("policy.dose"), translate(model, risk)]}
      rows={output.options.map((option) => [
        `${nameMark(output, option)} ${translate(model, option.action)}`,
        formatPercent(option.dose, 0),
        formatPercent(option.risks[risk] ?? 0, 0),
      ])}
    >
      {description && (
        <p class="help">
          <Told of={model} text={description} />
        </p>
      )}
      <Plot
        label={t("policy.trade", { risk: translate(model, risk) })}
        x={{ domain: [0, MOST_DOSE], label: t("policy.dose"), format: (x) => formatPercent(x, 0) }}
        y={{ domain: [0, 1], label: translate(model, risk), format: (y) => formatPercent(y, 0) }}
      >
        {({ x, y }) =>
          output.options.map((option) => {
            const band = findBand(interval, option, risk);
            const at = {
              x:
                x(option.dose) +
                22 *
                  output.options.filter(
                    (other, i) => other.dose === option.dose && i < output.options.indexOf(option),
                  ).length,
              y: y(option.risks[risk] ?? 0),
            };
            const isLast = at.x + ROOM > x(MOST_DOSE);
            return (
              <g key={option.action} class={option.allowed ? "option" : "option barred"}>
                {band && (
                  <line class="whisker" x1={at.x} x2={at.x} y1={y(band.low)} y2={y(band.high)} />
                )}
                {option.action === output.recommended && (
                  <circle class="ring" cx={at.x} cy={at.y} r={10} />
                )}
                {option.allowed ? (
                  <circle class="dot" cx={at.x} cy={at.y} r={5} />
                ) : (
                  <path class="cross" d={`M${at.x - 5} ${at.y - 5}l10 10m0-10l-10 10`} />
                )}
                <text
                  class="mark-name"
                  x={isLast ? at.x - 13 : at.x + 13}
                  y={at.y}
                  dy="0.32em"
                  text-anchor={isLast ? "end" : "start"}
                >
                  {nameMark(output, option)}
                </text>
              </g>
            );
          })
        }
      </Plot>
      <p class="help">{t("policy.legend")}</p>
    </Figure>
  );
}
