// Whether intervals hold what they promise, and who gets no answer.
import { formatPercent, Told, t } from "../language";
import type { Estimate, Manifest } from "../manifest";
import { Ranges } from "./Range";

const write = ({ value, low, high }: Estimate) =>
  `${formatPercent(value)} ${t("figure.interval", { low: formatPercent(low), high: formatPercent(high) })}`;

export function Coverage({ model }: { model: Manifest }) {
  const { coverage, metrics } = model.card;
  const held = coverage
    .filter(({ of }) => of === "model")
    .flatMap(({ points }) => points.map((point) => ({ ...point, ...point.held })));
  const refused = metrics.filter(({ measure }) => measure === "abstention");
  const promises = [...new Set(held.map((point) => point.coverage))];
  const name = ({ group, n }: { group: string; n: number }) => (
    <>
      <Told of={model} text={group} /> <span class="aside">{t("figure.n", { n })}</span>
    </>
  );
  if (!held.length && !refused.length) return <p>{t("card.nothing_measured")}</p>;
  return (
    <>
      {promises.map((promise) => {
        const of = held.filter((point) => point.coverage === promise);
        const lowest = Math.min(promise, ...of.map((point) => point.low));
        return (
          <Ranges
            key={promise}
            caption={t("card.coverage_of", { share: formatPercent(promise, 0) })}
            figures={of}
            name={name}
            write={write}
            domain={[Math.floor(lowest * 10) / 10, 1]}
            target={promise}
          />
        );
      })}
      {refused.length > 0 && (
        <Ranges
          caption={t("card.refused")}
          figures={refused}
          name={name}
          write={write}
          domain={[0, 1]}
        />
      )}
    </>
  );
}
