// The counts of a history over its days, each in a band of its own, and what was given on which day.
import { scaleLinear, scaleLog } from "d3-scale";
import type { Row } from "../ask/draft";
import { Figure } from "../charts/Figure";
import { useWidth } from "../charts/Plot";
import { formatNumber, formatPercent, t, translate } from "../language";
import type { Feature, NumberFeature } from "../manifest";
import type { Taking } from "../rooms";
import { showUnit, withUnit } from "../units";

type Model = Taking<"series">;
type Point = [time: number, value: number];

/** A day on which something was given, and what. */
type Given = [day: number, text: string];

interface Trend {
  feature: NumberFeature;
  points: Point[];
}

const BAND = 88;
const HEAD = 28; // the name above a band
const LEFT = 46;
const RIGHT = 52; // the newest value behind its point
const GIVEN = 40; // what was given, below the bands
const AXIS = 40;
const MOST_TICKS = 4;
/** Where a scale by magnitude may begin, end and have its ticks. */
const STEPS = Array.from({ length: 14 }, (_, i) => i - 6).flatMap((power) =>
  [1, 2, 5].map((digit) => Number(`${digit}e${power}`)),
);
const WIDE = 50; // from such a ratio on, counts are read by their magnitude

export function SeriesChart({ model, rows }: { model: Model; rows: Row[] }) {
  const [time, ...features] = model.input.features;
  if (time?.type !== "number") return null; // which the contract says it is
  const trends = features
    .filter((feature) => feature.type === "number" && !isTreatment(feature))
    .map((feature) => ({
      feature: feature as NumberFeature,
      points: findPoints(rows, time.name, feature.name),
    }))
    .filter(({ points }) => points.length > 0);
  const given = listGiven(model, rows, time.name);
  return trends.length ? <Trends model={model} time={time} trends={trends} given={given} /> : null;
}

function Trends(props: { model: Model; time: NumberFeature; trends: Trend[]; given: Given[] }) {
  const { model, time, trends, given } = props;
  const { ref, width } = useWidth();
  const times = [...trends.flatMap(({ points }) => points), ...given].map(([at]) => at);
  const [from, until] = [Math.min(...times), Math.max(...times)];
  const x = scaleLinear([from, Math.max(until, from + 1)], [LEFT + 8, width - RIGHT]);
  const bottom = trends.length * (HEAD + BAND);
  const height = bottom + (given.length ? GIVEN : 0) + AXIS;
  const days = translate(model, time.name);
  return (
    <div class="trends small-multiples">
      <Figure
        title={t("ask.chart")}
        head={[
          withUnit(days, time.unit),
          ...trends.map(({ feature }) => withUnit(translate(model, feature.name), feature.unit)),
        ]}
        rows={[...new Set(times)]
          .sort((a, b) => a - b)
          .map((at) => [
            formatNumber(at),
            ...trends.map(({ points }) =>
              points
                .filter(([day]) => day === at)
                .map(([, value]) => formatNumber(value))
                .join(", "),
            ),
          ])}
      >
        <div class="plot" ref={ref}>
          <svg
            role="img"
            aria-label={trends
              .map(({ feature, points }) =>
                t("ask.chart_label", { name: translate(model, feature.name), n: points.length }),
              )
              .join("; ")}
            width={width}
            height={height}
            viewBox={`0 0 ${width} ${height}`}
          >
            {given.map(([at]) => (
              <line class="given-line" key={at} x1={x(at)} x2={x(at)} y1={HEAD} y2={bottom + 14} />
            ))}
            {trends.map((trend, i) => (
              <g key={trend.feature.name} transform={`translate(0 ${i * (HEAD + BAND)})`}>
                <TrendBand model={model} trend={trend} x={x} right={width - RIGHT} />
              </g>
            ))}
            {given.map(([at, text]) => (
              <g key={at} transform={`translate(${x(at)} ${bottom + 14})`}>
                <path class="given-mark" d="M-6 10L0 0l6 10z" />
                <text class="given-text" y={24} text-anchor="middle">
                  {text}
                </text>
              </g>
            ))}
            <g class="axis" transform={`translate(0 ${height - AXIS})`}>
              {x.ticks(Math.max(2, Math.round(width / 80))).map((tick) => (
                <text key={tick} x={x(tick)} y={16} text-anchor="middle">
                  {formatNumber(tick)}
                </text>
              ))}
              <text class="axis-label" x={(LEFT + width - RIGHT) / 2} y={34}>
                {withUnit(days, time.unit) === days ? days : showUnit(time.unit)}
              </text>
            </g>
          </svg>
        </div>
      </Figure>
    </div>
  );
}

/** One count with its name, its scale and its newest value. */
function TrendBand(props: {
  model: Model;
  trend: Trend;
  x: (time: number) => number;
  right: number;
}) {
  const { model, trend, x, right } = props;
  const { feature, points } = trend;
  const { y, ticks } = makeScale(trend);
  const path = points.map(([at, value]) => `${x(at)},${y(value)}`).join(" ");
  const [at, newest] = points.at(-1) ?? [0, 0];
  return (
    <>
      <text y={18}>
        <tspan class="trend-name">{translate(model, feature.name)}</tspan>{" "}
        <tspan class="trend-unit">{showUnit(feature.unit)}</tspan>
      </text>
      <g class="axis">
        {ticks.map((tick) => (
          <g key={tick} transform={`translate(0 ${y(tick)})`}>
            <line x1={LEFT} x2={right} />
            <text x={LEFT - 6} dy="0.32em" text-anchor="end">
              {formatNumber(tick)}
            </text>
          </g>
        ))}
      </g>
      <polyline class="curve" points={path} />
      {points.map(([day, value], i) => (
        <circle class="dot" key={i} cx={x(day)} cy={y(value)} r={3.5} />
      ))}
      <text class="newest" x={x(at) + 8} y={y(newest)} dy="0.32em">
        {formatNumber(newest, 3)}
      </text>
    </>
  );
}

/** By magnitude where the values that the model learned from span several; nothing falls below its floor. */
function makeScale({ feature, points }: Trend) {
  const [top, bottom] = [HEAD + 6, HEAD + BAND - 8];
  const { low, high } = feature.training_range;
  const values = points.map(([, value]) => value);
  const most = Math.max(...values);
  if (low <= 0 || high / low < WIDE || Math.min(...values) < 0) {
    const y = scaleLinear([0, most * 1.1 || 1], [bottom, top]);
    return { y: (value: number) => y(value), ticks: y.ticks(3) };
  }
  const least = Math.min(...values.filter((value) => value > 0), most || 1);
  const floor = Math.max(...STEPS.filter((step) => step <= least));
  const ceiling = Math.min(...STEPS.filter((step) => step >= most && step > floor));
  const y = scaleLog([floor, ceiling], [bottom, top]);
  const steps = STEPS.filter((step) => step >= floor && step <= ceiling);
  const isRound = (step: number) => Number.isInteger(Number(Math.log10(step).toFixed(9)));
  return {
    y: (value: number) => y(Math.max(value, floor)),
    ticks: steps.length > MOST_TICKS ? steps.filter(isRound) : steps,
  };
}

/** Whether a feature is something that was done, not something that was measured. */
function isTreatment(feature: Feature): boolean {
  const source = "source" in feature ? feature.source : undefined;
  return source?.kind === "administration";
}

function findPoints(rows: Row[], time: string, name: string): Point[] {
  return rows
    .filter((row) => row[time]?.text.trim() && row[name]?.text.trim())
    .map((row): Point => [Number(row[time]?.text), Number(row[name]?.text)])
    .filter((point) => point.every(Number.isFinite))
    .sort(([a], [b]) => a - b);
}

function listGiven(model: Model, rows: Row[], time: string): Given[] {
  const treatments = model.input.features.filter(isTreatment);
  const write = (feature: Feature, text: string) => {
    if (feature.type === "boolean") return text === "true" ? translate(model, feature.name) : "";
    const share = Number(text);
    return Number.isFinite(share) && share > 0 ? formatPercent(share, 0) : "";
  };
  return rows
    .map(
      (row): Given => [
        row[time]?.text.trim() ? Number(row[time]?.text) : Number.NaN,
        treatments
          .map((one) => write(one, row[one.name]?.text.trim() ?? ""))
          .filter(Boolean)
          .join(" + "),
      ],
    )
    .filter(([day, text]) => Number.isFinite(day) && text);
}
