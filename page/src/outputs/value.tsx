// A number with its interval on an axis.
import { Figure } from "../charts/Figure";
import { Plot } from "../charts/Plot";
import type { Bounds, ManifestValueTarget, Value } from "../contract";
import { formatNumber, formatPercent, t, translate } from "../language";
import type { AnswerProps, Giving, OutputRoom } from "../rooms";
import { showUnit, withUnit } from "../units";

type Model = Giving<"value">;

export const value: OutputRoom<Model, Value, Bounds, ManifestValueTarget> = {
  name: { en: "number", zh: "数值" },
  question: { en: "How much?", zh: "数值是多少？" },
  Answer,
  listClaims: (_, { value }) => [{ target: { kind: "value" }, value, name: t("value.answer") }],
  nameCurve: () => t("curve.value"),
  nameTarget: translate,
  findUnit: ({ output }) => output.unit,
  writeCells: ({ unit, value }, interval) => ({
    unit,
    value,
    interval_low: interval?.low ?? "",
    interval_high: interval?.high ?? "",
  }),
};

function Answer({ output, interval }: AnswerProps<Model, Value, Bounds>) {
  const { low, high } = {
    low: interval?.low ?? output.value,
    high: interval?.high ?? output.value,
  };
  const margin = Math.max(high - low, Math.abs(output.value) * 0.1, 1e-9) * 0.6;
  const told = interval && {
    share: formatPercent(interval.coverage, 0),
    low: formatNumber(low, 3),
    high: withUnit(formatNumber(high, 3), output.unit),
  };
  return (
    <>
      <p class="verdict">{withUnit(formatNumber(output.value, 3), output.unit)}</p>
      {told && <p class="interval">{t("value.interval", told)}</p>}
      <Figure
        title={t("value.figure")}
        head={[t("value.low"), t("value.answer"), t("value.high")]}
        rows={[[formatNumber(low, 3), formatNumber(output.value, 3), formatNumber(high, 3)]]}
      >
        <Plot
          label={told ? t("value.interval", told) : formatNumber(output.value, 3)}
          height={96}
          x={{
            domain: [low - margin, high + margin],
            label: showUnit(output.unit),
            format: formatNumber,
          }}
          y={{ domain: [0, 1], label: "", format: () => "", ticks: 1 }}
        >
          {({ x, y }) => (
            <>
              <line class="whisker" x1={x(low)} x2={x(high)} y1={y(0.5)} y2={y(0.5)} />
              <line class="whisker" x1={x(low)} x2={x(low)} y1={y(0.25)} y2={y(0.75)} />
              <line class="whisker" x1={x(high)} x2={x(high)} y1={y(0.25)} y2={y(0.75)} />
              <circle class="dot" cx={x(output.value)} cy={y(0.5)} r={6} />
            </>
          )}
        </Plot>
      </Figure>
    </>
  );
}
