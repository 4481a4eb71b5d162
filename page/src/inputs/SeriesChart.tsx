// The numbers of a history over its time, one small chart each.
import type { Row } from "../ask/draft";
import { Figure } from "../charts/Figure";
import { Plot } from "../charts/Plot";
import { formatNumber, t, translate } from "../language";
import type { Manifest, NumberFeature } from "../manifest";
import type { Taking } from "../rooms";
import { showUnit, withUnit } from "../units";

type Point = [time: number, value: number];

export function SeriesChart({ model, rows }: { model: Taking<"series">; rows: Row[] }) {
  const [time, ...features] = model.input.features;
  if (time?.type !== "number") return null; // which the contract says it is
  const drawn = features
    .filter((feature) => feature.type === "number")
    .map((feature) => ({ feature, points: findPoints(rows, time.name, feature.name) }))
    .filter(({ points }) => points.length > 0);
  const times = drawn.flatMap(({ points }) => points.map(([at]) => at));
  const span: [number, number] = [Math.min(...times), Math.max(...times, Math.min(...times) + 1)];
  return (
    <div class="small-multiples">
      {drawn.map(({ feature, points }) => (
        <SmallChart
          key={feature.name}
          model={model}
          time={time}
          span={span}
          feature={feature}
          points={points}
        />
      ))}
    </div>
  );
}

function findPoints(rows: Row[], time: string, name: string): Point[] {
  return rows
    .filter((row) => row[time]?.text.trim() && row[name]?.text.trim())
    .map((row): Point => [Number(row[time]?.text), Number(row[name]?.text)])
    .filter((point) => point.every(Number.isFinite))
    .sort(([a], [b]) => a - b);
}

function SmallChart(props: {
  model: Manifest;
  time: NumberFeature;
  span: [number, number];
  feature: NumberFeature;
  points: Point[];
}) {
  const { model, time, feature, points } = props;
  const top = Math.max(...points.map(([, value]) => value)) * 1.1 || 1;
  const [name, days] = [translate(model, feature.name), translate(model, time.name)];
  const unit = withUnit(name, feature.unit);
  return (
    <Figure
      title={unit}
      head={[withUnit(days, time.unit), unit]}
      rows={points.map(([at, value]) => [formatNumber(at), formatNumber(value)])}
    >
      <Plot
        label={t("ask.chart_label", { name, n: points.length })}
        height={150}
        x={{ domain: props.span, label: showUnit(time.unit) || days, format: formatNumber }}
        y={{ domain: [0, top], label: "", format: formatNumber, ticks: 3 }}
      >
        {({ x, y }) => (
          <>
            <polyline class="curve" points={points.map(([a, b]) => `${x(a)},${y(b)}`).join(" ")} />
            {points.map(([a, b], i) => (
              <circle class="dot" key={i} cx={x(a)} cy={y(b)} r={3.5} />
            ))}
          </>
        )}
      </Plot>
    </Figure>
  );
}
