// The curve against that of the average patient, when it is outlived by how many, risk by horizon.
import { curveStepAfter, line } from "d3-shape";
import { useEffect, useState } from "preact/hooks";
import { Figure } from "../charts/Figure";
import { Plot } from "../charts/Plot";
import { formatDays, formatNumber, formatPercent, t } from "../language";
import type { Instance, Manifest } from "../manifest";
import type { LowerBound, Prediction, Survival } from "../predictions";
import { predict } from "../service";
import { listSimilar, type Similar } from "./similar";

type Point = [years: number, share: number];
const YEAR = 365.25;

const averages = new Map<string, Promise<number[] | undefined>>();

/** The mean curve of the background's centres, weighted by the people that each stands for. */
function findAverage(model: Manifest): Promise<number[] | undefined> {
  const { sha256 } = model.artefact;
  const known = averages.get(sha256) ?? askAverage(model).catch(() => undefined);
  averages.set(sha256, known);
  return known;
}

async function askAverage(model: Manifest): Promise<number[] | undefined> {
  const centres = model.explanation?.background?.centres ?? [];
  const input = model.input;
  if (!centres.length || input.kind !== "tabular") return undefined;
  const instances = centres.map(({ values }): Instance => {
    const named = input.features.map((feature, i): [string, unknown] => {
      const value = values[i] ?? null;
      if (value === null || feature.type === "number") return [feature.name, value];
      if (feature.type === "boolean") return [feature.name, value >= 0.5];
      return [feature.name, feature.choices[Math.round(value)]];
    });
    return Object.fromEntries(named.filter(([, value]) => value !== null));
  });
  const { predictions } = await predict(model, instances, { force: true });
  const curves = predictions.map(({ output }) => (output as Survival).survival);
  const people = centres.reduce((sum, centre) => sum + centre.people, 0);
  return curves[0]?.map(
    (_, time) =>
      curves.reduce((sum, curve, i) => sum + (curve[time] ?? 0) * (centres[i]?.people ?? 0), 0) /
      people,
  );
}

export function SurvivalAnswer(props: { model: Manifest; prediction: Prediction }) {
  const { model, prediction } = props;
  const interval = prediction.interval as LowerBound | undefined;
  const output = prediction.output as Survival;
  const [average, setAverage] = useState<number[]>();
  useEffect(() => {
    findAverage(model).then(setAverage);
  }, [model]);
  const bound = interval?.at_least_days;
  return (
    <>
      <dl class="figures">
        {Object.entries(output.risk).map(([days, risk]) => (
          <div key={days}>
            <dt>{t("survival.risk", { time: formatDays(Math.round(Number(days))) })}</dt>
            <dd>{formatPercent(risk)}</dd>
          </div>
        ))}
        <div>
          <dt>{t("survival.median")}</dt>
          <dd>
            {output.median_days === null
              ? t("survival.beyond", { time: formatDays(output.time_days.at(-1) ?? 0) })
              : formatDays(output.median_days)}
          </dd>
        </div>
      </dl>
      {interval && bound !== undefined && (
        <p class="interval">
          {t("survival.bound", {
            share: formatPercent(interval.coverage, 0),
            time: formatDays(bound),
          })}
        </p>
      )}
      <Curve
        output={output}
        average={average}
        bound={bound}
        coverage={interval?.coverage}
        similar={listSimilar(model, prediction).filter(({ beyond }) => !beyond)}
      />
    </>
  );
}

function Curve(props: {
  output: Survival;
  average: number[] | undefined;
  bound: number | undefined;
  coverage: number | undefined;
  similar: Similar[];
}) {
  const { output, average, bound } = props;
  const years = output.time_days.map((day) => day / YEAR);
  const points = (curve: number[]) => years.map((year, i): Point => [year, curve[i] ?? 0]);
  const last = years.at(-1) ?? 1;
  const rows = output.time_days.map((day, i) => [
    formatDays(day),
    formatPercent(output.survival[i] ?? 0),
    ...(average ? [formatPercent(average[i] ?? 0)] : []),
  ]);
  return (
    <Figure
      title={t("survival.curve")}
      head={[
        t("survival.time"),
        t("survival.patient"),
        ...(average ? [t("survival.average")] : []),
      ]}
      rows={rows}
    >
      <Plot
        label={t("survival.label", {
          share: formatPercent(output.survival.at(-1) ?? 0),
          time: formatDays(output.time_days.at(-1) ?? 0),
        })}
        x={{ domain: [0, last], label: t("survival.years"), format: (x) => formatNumber(x) }}
        y={{ domain: [0, 1], label: t("survival.alive"), format: (y) => formatPercent(y, 0) }}
      >
        {({ x, y }) => {
          const draw = line<Point>(
            ([a]) => x(a),
            ([, b]) => y(b),
          ).curve(curveStepAfter);
          return (
            <>
              {bound && (
                <g class="band">
                  <rect x={x(0)} y={y(1)} width={x(bound / YEAR) - x(0)} height={y(0) - y(1)} />
                  <line x1={x(bound / YEAR)} x2={x(bound / YEAR)} y1={y(0)} y2={y(1)} />
                </g>
              )}
              {average && <path class="curve average" d={draw(points(average)) ?? ""} />}
              <path class="curve" d={draw(points(output.survival)) ?? ""} />
              {props.similar.map(({ target, nearest: { observed } }) => {
                if (target.kind !== "risk") return null;
                const at = x(target.day / YEAR);
                return (
                  <g class="observed" key={target.day}>
                    <line x1={at} x2={at} y1={y(1 - observed.low)} y2={y(1 - observed.high)} />
                    <circle cx={at} cy={y(1 - observed.value)} r={4} />
                  </g>
                );
              })}
            </>
          );
        }}
      </Plot>
      <ul class="legend">
        <li class="key-curve">{t("survival.patient")}</li>
        {average && <li class="key-average">{t("survival.average")}</li>}
        {props.similar.length > 0 && <li class="key-observed">{t("similar.dot")}</li>}
        {bound && (
          <li class="key-band">
            {t("survival.band", { share: formatPercent(props.coverage ?? 0, 0) })}
          </li>
        )}
      </ul>
    </Figure>
  );
}
