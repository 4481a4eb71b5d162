// Who is still alive by when, beside the average patient and those who were told much the same.
import { curveStepAfter, line } from "d3-shape";
import { Figure } from "../charts/Figure";
import { Plot, type Scales } from "../charts/Plot";
import type { ManifestRiskTarget, Survival } from "../contract";
import { DAYS_PER_YEAR, formatDays, formatNumber, formatPercent, t } from "../language";
import type { Similar } from "../rooms";

type Point = [years: number, share: number];

export function Curve(props: {
  output: Survival;
  average: number[] | undefined;
  bound: number | undefined;
  coverage: number | undefined;
  similar: Similar<ManifestRiskTarget>[];
}) {
  const { output, average, bound, similar } = props;
  const years = output.time_days.map((day) => day / DAYS_PER_YEAR);
  const points = (curve: number[]) => years.map((year, i): Point => [year, curve[i] ?? 0]);
  const last = years.at(-1) ?? 1;
  const seen = similar.at(-1);
  const bounded = bound === undefined ? undefined : bound / DAYS_PER_YEAR;
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
        height={200}
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
              {bounded !== undefined && (
                <g class="band">
                  <rect x={x(0)} y={y(1)} width={x(bounded) - x(0)} height={y(0) - y(1)} />
                  <line x1={x(bounded)} x2={x(bounded)} y1={y(0)} y2={y(1)} />
                </g>
              )}
              {average && <path class="curve average" d={draw(points(average)) ?? ""} />}
              <path class="curve" d={draw(points(output.survival)) ?? ""} />
              {similar.map(({ target, nearest: { observed } }) => {
                const at = x(target.day / DAYS_PER_YEAR);
                return (
                  <g class="observed" key={target.day}>
                    <line x1={at} x2={at} y1={y(1 - observed.low)} y2={y(1 - observed.high)} />
                    <circle cx={at} cy={y(1 - observed.value)} r={4} />
                  </g>
                );
              })}
              <Names
                scales={{ x, y }}
                own={points(output.survival)}
                mean={average && points(average)}
              />
              {seen && (
                <text
                  class="line-name was-observed"
                  x={x(seen.target.day / DAYS_PER_YEAR) - 6}
                  y={Math.min(y(1 - seen.nearest.observed.high) + 14, y(0) - 4)}
                  text-anchor="end"
                >
                  {t("survival.observed")}
                </text>
              )}
              {bounded !== undefined && (
                <text
                  class="line-name"
                  x={x(bounded) + (bounded < last / 2 ? 6 : -6)}
                  y={y(0) - 8}
                  text-anchor={bounded < last / 2 ? "start" : "end"}
                >
                  {t("survival.band", { share: formatPercent(props.coverage ?? 0, 0) })}
                </text>
              )}
            </>
          );
        }}
      </Plot>
      {similar.length > 0 && <p class="help">{t("similar.dot")}</p>}
    </Figure>
  );
}

const LETTER = 7; // pixels that a letter takes, about
const APART = 16; // and a line of text

/** The names of the curves at their ends, above the upper one and below the lower one. */
function Names(props: { scales: Scales; own: Point[]; mean: Point[] | undefined }) {
  const { scales, own, mean } = props;
  const { x, y } = scales;
  const last = (curve: Point[]) => curve.at(-1) ?? [0, 0];
  const isAbove = mean === undefined || last(own)[1] > last(mean)[1];
  const place = (curve: Point[], name: string, above: boolean) => {
    const [end, share] = last(curve);
    const from = x(end) - LETTER * name.length;
    // a curve falls: it is highest where its name begins
    const highest = curve.findLast(([at]) => x(at) <= from)?.[1] ?? 1;
    const [over, under] = [y(highest) - 6, y(share) + APART];
    const [top, bottom] = [y(1) + 12, y(0) - 6];
    return above ? (over < top ? under : over) : under > bottom ? over : under;
  };
  const list = [
    { of: "own", name: t("survival.patient"), curve: own, above: isAbove },
    ...(mean ? [{ of: "mean", name: t("survival.average"), curve: mean, above: !isAbove }] : []),
  ];
  return (
    <>
      {list.map(({ of, name, curve, above }) => (
        <text
          key={of}
          class={`line-name ${of}`}
          x={x(last(curve)[0])}
          y={place(curve, name, above)}
          text-anchor="end"
        >
          {name}
        </text>
      ))}
    </>
  );
}
