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
  Verdict,
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

/** log10(mol/L) holds the logarithm of mol/L. */
const LOGARITHM = /^log10\((.+)\)$/;

function Verdict({ output, interval }: AnswerProps<Model, Value, Bounds>) {
  const { unit, value } = output;
  const [, raw] = LOGARITHM.exec(unit) ?? [];
  const write = (one: number) => withUnit(formatNumber(one, 3), unit);
  const power = (one: number) => withUnit(formatNumber(10 ** one, 2), raw ?? "");
  return (
    <div class="told">
      <p class="verdict">{write(value)}</p>
      {raw && <p class="rank">{t("value.plain", { value: power(value) })}</p>}
      {interval && (
        <p class="interval">
          {t("value.interval", {
            share: formatPercent(interval.coverage, 0),
            low: formatNumber(interval.low, 3),
            high: write(interval.high),
          })}{" "}
          {raw &&
            t("value.plain_interval", { low: power(interval.low), high: power(interval.high) })}
        </p>
      )}
    </div>
  );
}

function Answer({ output, interval }: AnswerProps<Model, Value, Bounds>) {
  if (!interval) return null; // an axis with one dot says nothing
  const { low, high } = interval;
  const margin = Math.max(high - low, Math.abs(output.value) * 0.1, 1e-9) * 0.6;
  const told = {
    share: formatPercent(interval.coverage, 0),
    low: formatNumber(low, 3),
    high: withUnit(formatNumber(high, 3), output.unit),
  };
  return (
    <Figure
      title={t("value.figure")}
      head={[t("value.low"), t("value.answer"), t("value.high")]}
      rows={[[formatNumber(low, 3), formatNumber(output.value, 3), formatNumber(high, 3)]]}
    >
      <Plot
        label={t("value.interval", told)}
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
  );
}
