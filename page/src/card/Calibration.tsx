// Predicted against observed, where the card has both; else what it measured of calibration.
import { Figure } from "../charts/Figure";
import { Plot } from "../charts/Plot";
import { formatPercent, Told, t } from "../language";
import type { Manifest, Metric } from "../manifest";
import { writeMetric } from "./Figures";
import { Ranges } from "./Range";

interface Pair {
  predicted: Metric;
  observed: Metric;
}

export function Calibration({ model }: { model: Manifest }) {
  const { metrics } = model.card;
  const times = [
    ...new Set(metrics.flatMap(({ metric }) => /^predicted (.+)$/.exec(metric)?.[1] ?? [])),
  ];
  const ratios = metrics.filter(
    ({ metric, model: of }) => metric.startsWith("observed/expected") && of.includes("this model"),
  );
  const others = metrics.filter(({ metric }) =>
    /^(expected calibration error|the same, if the prob|calibration)/.test(metric),
  );
  const name = (metric: Metric) => (
    <>
      <Told of={model} text={metric.metric} />
      <span class="aside">
        <Told of={model} text={metric.group} /> · {t("figure.n", { n: metric.n })}
      </span>
    </>
  );
  const span = (of: Metric[], also: number): [number, number] => [
    Math.min(also, ...of.map(({ low }) => low)),
    Math.max(also, ...of.map(({ high }) => high)),
  ];
  if (!times.length && !ratios.length && !others.length) return <p>{t("card.nothing_measured")}</p>;
  return (
    <>
      <div class="small-multiples">
        {times.map((time) => (
          <Diagonal key={time} time={time} pairs={pair(metrics, time)} />
        ))}
      </div>
      {ratios.length > 0 && (
        <Ranges
          caption={t("card.ratio")}
          metrics={ratios}
          name={name}
          write={writeMetric}
          domain={span(ratios, 1)}
          target={1}
        />
      )}
      {others.length > 0 && (
        <Ranges
          caption={t("card.calibration_error")}
          metrics={others}
          name={name}
          write={writeMetric}
          domain={span(others, 0)}
          target={0}
        />
      )}
    </>
  );
}

function pair(metrics: Metric[], time: string): Pair[] {
  const find = (what: string) => metrics.filter(({ metric }) => metric === `${what} ${time}`);
  return find("predicted").flatMap((predicted) => {
    const observed = find("observed").find(({ group }) => group === predicted.group);
    return observed ? [{ predicted, observed }] : [];
  });
}

/** On the line the model is right; above it, it is too hopeful of risk. */
function Diagonal({ time, pairs }: { time: string; pairs: Pair[] }) {
  const top = Math.max(...pairs.flatMap((one) => [one.predicted.high, one.observed.high]));
  const percent = (value: number) => formatPercent(value, 0);
  return (
    <Figure
      title={t("card.diagonal", { time })}
      head={[t("card.column_group"), t("card.predicted"), t("card.observed")]}
      rows={pairs.map(({ predicted, observed }) => [
        predicted.group,
        formatPercent(predicted.value),
        `${formatPercent(observed.value)} ${t("figure.interval", { low: formatPercent(observed.low), high: formatPercent(observed.high) })}`,
      ])}
    >
      <Plot
        label={t("card.diagonal", { time })}
        height={240}
        x={{ domain: [0, top], label: t("card.predicted"), format: percent }}
        y={{ domain: [0, top], label: t("card.observed"), format: percent }}
      >
        {({ x, y }) => (
          <>
            <line class="curve average" x1={x(0)} y1={y(0)} x2={x(top)} y2={y(top)} />
            {pairs.map(({ predicted, observed }) => (
              <g key={predicted.group}>
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
    </Figure>
  );
}
