// The risk of every option in a strip of its dose, with the limit across all.
import { scaleLinear } from "d3-scale";
import { Figure } from "../charts/Figure";
import { useWidth } from "../charts/Plot";
import type { Option, Policy, PolicyBands } from "../contract";
import { formatPercent, t, translate } from "../language";
import type { AnswerProps, Giving } from "../rooms";
import { findBand, listLimits, nameChoice, nameFirst, writeCount } from "./risks";

type Props = AnswerProps<Giving<"policy">, Policy, PolicyBands>;

/** Pixels of a lane, and of the name of a dose above its lanes; on paper it stands beside them. */
const ON_SCREEN = { lane: 30, strip: 24 };
const ON_PAPER = { lane: 19, strip: 0, width: 360 };
const DOSE_ON_PAPER = 40;
const TOP = 22;
const BOTTOM = 40;
const RIGHT = 44; // for a count behind a mark at 100

/** The options by their dose, the highest first. */
const listStrips = ({ options }: Policy) =>
  [...new Set(options.map(({ dose }) => dose))]
    .sort((a, b) => b - a)
    .map((dose) => ({ dose, options: options.filter((one) => one.dose === dose) }));

export function DoseChart(props: Props) {
  const { model, output } = props;
  const { ref, width } = useWidth();
  const risk = nameFirst(model);
  const name = translate(model, risk);
  const title = t("policy.chart", { risk: name });
  return (
    <Figure
      title={title}
      head={[t("policy.action"), t("policy.dose"), name]}
      rows={output.options.map((option) => [
        translate(model, option.action),
        formatPercent(option.dose, 0),
        writeCount(option.risks[risk] ?? 0),
      ])}
    >
      <div class="plot strips" ref={ref}>
        <Strips {...props} title={title} width={width} {...ON_SCREEN} />
      </div>
      <div class="strips on-paper" aria-hidden="true">
        <Strips {...props} title={title} {...ON_PAPER} />
      </div>
      <ul class="mark-legend">
        <li>{t("policy.legend_given")}</li>
        <li>{t("policy.legend_barred")}</li>
        <li>{t(`policy.legend_${nameChoice(output)}`)}</li>
        <li>{t("policy.legend_band")}</li>
      </ul>
    </Figure>
  );
}

function Strips(props: Props & { title: string; width: number; lane: number; strip: number }) {
  const { model, output, interval, width, lane, strip: head } = props;
  const risk = nameFirst(model);
  const limit = listLimits(model, output).get(risk);
  const strips = listStrips(output);
  const left = Math.min(180, 0.46 * width);
  const x = scaleLinear([0, 1], [left, width - RIGHT]);
  const bottom = TOP + strips.length * head + output.options.length * lane;
  let at = TOP;
  return (
    <svg
      role="img"
      aria-label={props.title}
      width={width}
      height={bottom + BOTTOM}
      viewBox={`0 0 ${width} ${bottom + BOTTOM}`}
    >
      <g class="axis">
        {x.ticks(width > 420 ? 10 : 4).map((tick) => (
          <g key={tick} transform={`translate(${x(tick)} 0)`}>
            <line y1={TOP} y2={bottom} />
            <text y={bottom + 16} text-anchor="middle">
              {writeCount(tick)}
            </text>
          </g>
        ))}
        <text class="axis-label" x={width - 2} y={bottom + 34} text-anchor="end">
          {t("policy.axis")}
        </text>
      </g>
      {limit !== undefined && (
        <g class="limit">
          <line x1={x(limit)} x2={x(limit)} y1={TOP - 8} y2={bottom} />
          <text x={x(limit)} y={TOP - 11} text-anchor="middle">
            {t("policy.limit_is", { limit: writeCount(limit) })}
          </text>
        </g>
      )}
      {strips.map((strip) => {
        const top = at;
        at += head + strip.options.length * lane;
        return (
          <g key={strip.dose} transform={`translate(0 ${top})`}>
            <line class="dose-line" x1={0} x2={width} />
            <text class="strip-name" y={head ? head - 7 : lane / 2 + 4}>
              {head
                ? t("policy.dose_of", { dose: formatPercent(strip.dose, 0) })
                : formatPercent(strip.dose, 0)}
            </text>
            {strip.options.map((option, i) => (
              <g key={option.action} transform={`translate(0 ${head + (i + 0.5) * lane})`}>
                <Mark
                  name={translate(model, option.action)}
                  option={option}
                  share={option.risks[risk] ?? 0}
                  band={findBand(interval, option, risk)}
                  x={x}
                  chosen={option.action === output.recommended}
                  from={head ? 8 : DOSE_ON_PAPER}
                />
              </g>
            ))}
          </g>
        );
      })}
    </svg>
  );
}

/** An option in its lane: a circle may be given, a cross may not, a ring is named. */
function Mark(props: {
  name: string;
  option: Option;
  share: number;
  band: { low: number; high: number } | undefined;
  x: (share: number) => number;
  chosen: boolean;
  /** Where its name begins. */
  from: number;
}) {
  const { name, option, share, band, x, chosen, from } = props;
  const at = x(share);
  const end = Math.max(at + (chosen ? 11 : 6), band ? x(band.high) : 0);
  return (
    <g class={`option${option.allowed ? "" : " barred"}${chosen ? " named" : ""}`}>
      <text class="lane-name" dy="0.32em" x={from}>
        {name}
        {!option.allowed && <tspan class="barred-word"> · {t("policy.barred")}</tspan>}
      </text>
      {band && <line class="whisker" x1={x(band.low)} x2={x(band.high)} />}
      {chosen && <circle class="ring" cx={at} r={10} />}
      {option.allowed ? (
        <circle class="dot" cx={at} r={5.5} />
      ) : (
        <path class="cross" d={`M${at - 5} -5l10 10m0-10l-10 10`} />
      )}
      <text class="mark-name" dy="0.32em" x={end + 6}>
        {writeCount(share)}
      </text>
    </g>
  );
}
