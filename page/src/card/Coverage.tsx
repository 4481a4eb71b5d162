// Whether intervals hold what they promise, and who gets no answer.
import { formatPercent, Told, t } from "../language";
import type { Manifest, Metric } from "../manifest";
import { Ranges } from "./Range";

const PROMISE = /^coverage of (\d+) % intervals$/;
const write = (metric: Metric) =>
  `${formatPercent(metric.value)} ${t("figure.interval", {
    low: formatPercent(metric.low),
    high: formatPercent(metric.high),
  })}`;

export function Coverage({ model }: { model: Manifest }) {
  const metrics = model.card.metrics;
  const held = metrics.filter(
    (metric) => PROMISE.test(metric.metric) && !metric.evaluated_on.includes("without"),
  );
  const refused = metrics.filter((metric) => metric.metric === "share refused");
  const promises = [...new Set(held.map((metric) => metric.metric))];
  const name = (metric: Metric) => (
    <>
      <Told of={model} text={metric.group} />{" "}
      <span class="aside">{t("figure.n", { n: metric.n })}</span>
    </>
  );
  if (!held.length && !refused.length) return <p>{t("card.nothing_measured")}</p>;
  return (
    <>
      {promises.map((promise) => {
        const share = Number(PROMISE.exec(promise)?.[1]) / 100;
        const of = held.filter((metric) => metric.metric === promise);
        const lowest = Math.min(share, ...of.map((metric) => metric.low));
        return (
          <Ranges
            key={promise}
            caption={t("card.coverage_of", { share: formatPercent(share, 0) })}
            metrics={of}
            name={name}
            write={write}
            domain={[Math.floor(lowest * 10) / 10, 1]}
            target={share}
          />
        );
      })}
      {refused.length > 0 && (
        <Ranges
          caption={t("card.refused")}
          metrics={refused}
          name={name}
          write={write}
          domain={[0, 1]}
        />
      )}
    </>
  );
}
