// How good a model is: its own figure on a scale whose ends are named, and the contenders on the same.
import { scaleLinear } from "d3-scale";
import { findScale, isInUnit, type Scale } from "../better";
import { formatCount, formatFigure, Told, t } from "../language";
import type { Entry, Metric } from "../manifest";
import { showUnit } from "../units";

export function Evidence({ entry }: { entry: Entry }) {
  const [own, ...others] = entry.headline ?? [];
  if (!own) return <p class="aside">{t("catalogue.unmeasured")}</p>;
  const scale = findScale(own.metric);
  const unit = entry.unit !== undefined && isInUnit(own.metric) ? showUnit(entry.unit) : "";
  return (
    <div class="evidence">
      <p class="metric">
        <Told of={entry} text={own.metric} />
      </p>
      <p class="measured">
        <strong>{formatFigure(own.value)}</strong> {writeInterval(own)} {unit}
      </p>
      {scale && <Ruler scale={scale} own={own} others={others} />}
      {scale && <p class="way">{t(`catalogue.scale_${nameScale(scale)}`)}</p>}
      <p class="aside">
        {t(`catalogue.cohort_${own.cohort}`, { n: formatCount(own.n) })}
        {(own.cohort === "external" || entry.simulated) && (
          <>
            {" ("}
            <Told of={entry} text={own.evaluated_on} />
            {")"}
          </>
        )}
        {own.cohort !== "external" && (
          <>
            {" "}
            <b class="untested">{t("catalogue.not_elsewhere")}</b>
          </>
        )}
      </p>
      {others.length > 0 && (
        <>
          <p class="aside">{t("catalogue.compared")}</p>
          <dl class="contenders">
            {others.map((other) => (
              <div key={other.model}>
                <dt>
                  <Told of={entry} text={other.model} />
                </dt>
                <dd>
                  {formatFigure(other.value)} {writeInterval(other)}
                </dd>
              </div>
            ))}
          </dl>
        </>
      )}
    </div>
  );
}

const writeInterval = ({ low, high }: Metric) =>
  t("figure.interval", { low: formatFigure(low), high: formatFigure(high) });

const nameScale = ({ better, chance }: Scale) =>
  chance !== undefined ? "rank" : better === "higher" ? "share" : "error";

/** The interval of the model and the contenders' figures, between chance, or nothing, and perfect. */
function Ruler(props: { scale: Scale; own: Metric; others: Metric[] }) {
  const { scale, own, others } = props;
  const figures = [own, ...others];
  const worst =
    scale.better === "higher"
      ? Math.min(scale.chance ?? 0, ...figures.map(({ low }) => low))
      : Math.max(...figures.map(({ high }) => high)) * 1.15;
  const ends = [worst, scale.perfect].sort((a, b) => a - b);
  const place = scaleLinear(ends, [0, 100]).clamp(true);
  return (
    <span class="ruler" aria-hidden="true">
      {others.map(({ model, value }) => (
        <span key={model} class="contender" style={{ left: `${place(value)}%` }} />
      ))}
      <span
        class="extent"
        style={{ left: `${place(own.low)}%`, width: `${place(own.high) - place(own.low)}%` }}
      />
      <span class="point" style={{ left: `${place(own.value)}%` }} />
    </span>
  );
}
