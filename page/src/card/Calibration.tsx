// Predicted against observed, where the card has both, and what else it measured of calibration.
import { scaleLinear } from "d3-scale";
import { Figure } from "../charts/Figure";
import { Plot } from "../charts/Plot";
import { findOutput } from "../kinds";
import { formatCount, formatNumber, formatPercent, Told, t } from "../language";
import type { CalibrationCurve, Manifest } from "../manifest";
import { showUnit } from "../units";
import { isOfAll, listOwn, TESTED } from "./findings";
import { MetricMatrix } from "./Groups";

export function Calibration({ model }: { model: Manifest }) {
  const { calibration: curves } = model.card;
  const of = findOutput(model).findUnit ? "value" : "share";
  const ratios = listOwn(model).filter(
    (one) => one.measure === "observed_expected" && isOfAll(one),
  );
  const errors = listOwn(model).filter((one) => one.measure === "calibration_error");
  if (!curves.length && !ratios.length && !errors.length)
    return <p>{t("card.nothing_measured")}</p>;
  return (
    <>
      {curves.length > 0 && <p class="help">{t(`card.diagonal_${of}`)}</p>}
      <div class="small-multiples">
        {curves.map((curve, i) => (
          <Diagonal key={i} model={model} curve={curve} />
        ))}
      </div>
      {TESTED.map((cohort) => [
        <MetricMatrix
          key="ratio"
          model={model}
          caption={t("card.ratio")}
          figures={ratios.filter((one) => one.cohort === cohort)}
          target={1}
        />,
        <MetricMatrix
          key="error"
          model={model}
          caption={t("card.calibration_error")}
          figures={errors.filter((one) => one.cohort === cohort)}
          target={0}
        />,
      ])}
    </>
  );
}

/** On the line the model is right; above it, more was observed than it predicts, below it less. */
function Diagonal({ model, curve }: { model: Manifest; curve: CalibrationCurve }) {
  const { points } = curve;
  const output = findOutput(model);
  const code = output.findUnit?.(model, curve.target);
  const unit = code === undefined ? undefined : showUnit(code);
  const [low, high] = frame(curve, unit === undefined);
  const write = unit === undefined ? formatPercent : (value: number) => formatNumber(value, 3);
  const axis = (name: string) => ({
    domain: [low, high] as [number, number],
    label: [t(`card.${name}`), unit].filter(Boolean).join(", "),
    format: (value: number) =>
      unit === undefined ? formatPercent(value, high - low < 0.1 ? 1 : 0) : formatNumber(value, 3),
  });
  const axes = { x: axis("predicted"), y: axis("observed") };
  const title = t("card.diagonal", { of: output.nameCurve(model, curve.target) });
  const off = t("card.diagonal_off", {
    groups: points.length,
    off: points.filter(
      ({ predicted: { value }, observed }) => value < observed.low || observed.high < value,
    ).length,
  });
  return (
    <Figure
      title={title}
      head={[t("card.column_group"), axes.x.label, axes.y.label, t("card.column_n")]}
      rows={points.map(({ group, n, predicted, observed }) => [
        <Told key="group" of={model} text={group} />,
        write(predicted.value),
        `${write(observed.value)} ${t("figure.interval", { low: write(observed.low), high: write(observed.high) })}`,
        formatCount(n),
      ])}
    >
      <Plot label={`${title}. ${off}`} height={240} {...axes}>
        {({ x, y }) => (
          <>
            <line class="curve average" x1={x(low)} y1={y(low)} x2={x(high)} y2={y(high)} />
            {points.map(({ group, predicted, observed }) => (
              <g key={group}>
                <line
                  class="whisker"
                  x1={x(predicted.value)}
                  x2={x(predicted.value)}
                  y1={y(observed.low)}
                  y2={y(observed.high)}
                />
                <circle class="dot" cx={x(predicted.value)} cy={y(observed.value)} r={4} />
              </g>
            ))}
          </>
        )}
      </Plot>
      <p class="help">
        <Told of={model} text={curve.evaluated_on} />
        <br />
        {off}
      </p>
    </Figure>
  );
}

/** Both ends of both axes; shares start at 0, unless all are so high that nothing would be seen. */
function frame({ points }: CalibrationCurve, ofShares: boolean): [number, number] {
  const ends = points.flatMap(({ predicted, observed }) => [
    predicted.value,
    observed.low,
    observed.high,
  ]);
  const low = Math.min(...ends);
  const bottom = ofShares && low <= 0.5 ? 0 : low;
  return scaleLinear([bottom, Math.max(...ends)], [0, 1])
    .nice(5)
    .domain() as [number, number];
}
