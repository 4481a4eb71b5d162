// The curve against that of the average patient, when it is outlived by how many, risk by horizon.
import { curveStepAfter, line } from "d3-shape";
import { useEffect, useState } from "preact/hooks";
import { Figure } from "../charts/Figure";
import { Plot } from "../charts/Plot";
import type { LowerBound, ManifestRiskTarget, Survival } from "../contract";
import { DAYS_PER_YEAR, formatDays, formatNumber, formatPercent, t, translate } from "../language";
import type { Manifest } from "../manifest";
import type { AnswerProps, Centre, Giving, OutputRoom, Similar } from "../rooms";
import { predict } from "../service";

type Model = Giving<"survival">;
type Point = [years: number, share: number];

export const survival: OutputRoom<Model, Survival, LowerBound, ManifestRiskTarget> = {
  name: { en: "survival curve", zh: "生存曲线" },
  question: { en: "How long?", zh: "能活多久？" },
  Answer,
  listClaims: (_, { risk }) =>
    Object.entries(risk).map(([days, value]) => {
      const day = Number(days);
      const name = t("survival.risk", { time: formatDays(day) });
      return { target: { kind: "risk", day }, value, name };
    }),
  nameCurve: (_, { day }) => t("curve.risk", { time: formatDays(day) }),
  nameTarget(model, of) {
    if (of === "median_days") return t("survival.median");
    const day = model.output.horizon_days.find((day) => of === `risk_${day}`);
    if (day === undefined) return translate(model, of);
    return t("reasons.risk_by", { years: formatNumber(Math.round(day / DAYS_PER_YEAR)) });
  },
  writeCells: ({ median_days, risk }, interval) => ({
    median_days: median_days ?? "",
    ...Object.fromEntries(Object.entries(risk).map(([day, share]) => [`risk_${day}`, share])),
    interval_at_least_days: interval?.at_least_days ?? "",
  }),
};

const averages = new Map<string, Promise<number[] | undefined>>();

/** The mean curve of the background's centres, weighted by the people that each stands for. */
function findAverage(model: Manifest, centres: Centre[]): Promise<number[] | undefined> {
  const { sha256 } = model.artefact;
  const known = averages.get(sha256) ?? askAverage(model, centres).catch(() => undefined);
  averages.set(sha256, known);
  return known;
}

async function askAverage(model: Manifest, centres: Centre[]): Promise<number[] | undefined> {
  if (!centres.length) return undefined;
  const instances = centres.map(({ instance }) => instance);
  const { predictions } = await predict(model, instances, { force: true });
  const curves = predictions.map(({ output }) => (output as Survival).survival);
  const people = centres.reduce((sum, centre) => sum + centre.people, 0);
  return curves[0]?.map(
    (_, time) =>
      curves.reduce((sum, curve, i) => sum + (curve[time] ?? 0) * (centres[i]?.people ?? 0), 0) /
      people,
  );
}

function Answer(props: AnswerProps<Model, Survival, LowerBound, ManifestRiskTarget>) {
  const { model, output, interval, centres } = props;
  const [average, setAverage] = useState<number[]>();
  useEffect(() => {
    findAverage(model, centres).then(setAverage);
  }, [model, centres]);
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
        similar={props.similar.filter(({ beyond }) => !beyond)}
      />
    </>
  );
}

function Curve(props: {
  output: Survival;
  average: number[] | undefined;
  bound: number | undefined;
  coverage: number | undefined;
  similar: Similar<ManifestRiskTarget>[];
}) {
  const { output, average, bound } = props;
  const years = output.time_days.map((day) => day / DAYS_PER_YEAR);
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
                  <rect
                    x={x(0)}
                    y={y(1)}
                    width={x(bound / DAYS_PER_YEAR) - x(0)}
                    height={y(0) - y(1)}
                  />
                  <line
                    x1={x(bound / DAYS_PER_YEAR)}
                    x2={x(bound / DAYS_PER_YEAR)}
                    y1={y(0)}
                    y2={y(1)}
                  />
                </g>
              )}
              {average && <path class="curve average" d={draw(points(average)) ?? ""} />}
              <path class="curve" d={draw(points(output.survival)) ?? ""} />
              {props.similar.map(({ target, nearest: { observed } }) => {
                const at = x(target.day / DAYS_PER_YEAR);
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
