// How good the model is: every figure with its interval, n and what it is compared with.
import { useState } from "preact/hooks";
import { DataTable } from "../charts/Figure";
import { formatCount, formatFigure, Told, t, translate } from "../language";
import type { Manifest, Metric } from "../manifest";

const OWN = "this model";
const MOST = 24;

/** The figure itself with its 95 % interval. */
export const writeMetric = (metric: Metric) =>
  `${formatFigure(metric.value)} ${t("figure.interval", {
    low: formatFigure(metric.low),
    high: formatFigure(metric.high),
  })}`;

/** What was measured of everybody outside the train split, this model beside what it is compared with. */
export function Headline({ model }: { model: Manifest }) {
  const everyone = model.card.metrics.filter(
    (metric) => metric.group === "all" && !metric.evaluated_on.includes("train split"),
  );
  const own = everyone.find((metric) => metric.model.includes(OWN)) ?? everyone[0];
  if (!own) return null;
  const alike = everyone.filter((metric) => metric.evaluated_on === own.evaluated_on);
  const isOwn = (metric: Metric) => metric.model.includes(OWN);
  const ordered = [...alike.filter(isOwn), ...alike.filter((metric) => !isOwn(metric))];
  return (
    <MetricTable
      model={model}
      caption={t("card.headline", { on: translate(model, own.evaluated_on) })}
      metrics={ordered.slice(0, MOST)}
    />
  );
}

export function AllFigures({ model }: { model: Manifest }) {
  const [sought, setSought] = useState("");
  const words = sought.toLowerCase().split(/\s+/);
  const found = model.card.metrics.filter((metric) => {
    const texts = [metric.metric, metric.model, metric.evaluated_on, metric.group];
    const told = [...texts, ...texts.map((text) => translate(model, text))].join(" ");
    return words.every((word) => told.toLowerCase().includes(word));
  });
  return (
    <details>
      <summary>{t("card.all_figures", { count: model.card.metrics.length })}</summary>
      <label class="search">
        {t("card.filter")}
        <input
          type="search"
          value={sought}
          onInput={(event) => setSought(event.currentTarget.value)}
        />
      </label>
      <p role="status">{t("card.found", { count: found.length })}</p>
      <MetricTable model={model} caption={t("card.figures")} metrics={found} />
    </details>
  );
}

function MetricTable(props: { model: Manifest; caption: string; metrics: Metric[] }) {
  const { model } = props;
  return (
    <DataTable
      caption={props.caption}
      head={(["metric", "of", "value", "group", "on", "n"] as const).map((name) =>
        t(`card.column_${name}`),
      )}
      rows={props.metrics.map((metric) => [
        <Told key="metric" of={model} text={metric.metric} />,
        <Told key="model" of={model} text={metric.model} />,
        writeMetric(metric),
        <Told key="group" of={model} text={metric.group} />,
        <Told key="on" of={model} text={metric.evaluated_on} />,
        formatCount(metric.n),
      ])}
    />
  );
}
