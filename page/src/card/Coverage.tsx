// Whether intervals hold what they promise, and who gets no answer.
import type { ComponentChildren } from "preact";
import { formatPercent, Told, t } from "../language";
import type { CoverageCurve, CoveragePoint, Estimate, Manifest } from "../manifest";
import { Ranges } from "./Range";

const write = ({ value, low, high }: Estimate) =>
  `${formatPercent(value)} ${t("figure.interval", { low: formatPercent(low), high: formatPercent(high) })}`;

export function Coverage({ model }: { model: Manifest }) {
  const { coverage, metrics } = model.card;
  const curves = coverage.filter(({ of }) => of === "model");
  const refused = metrics.filter(({ measure }) => measure === "abstention");
  const name = ({ group, n }: { group: string; n: number }) => (
    <>
      <Told of={model} text={group} /> <span class="aside">{t("figure.n", { n })}</span>
    </>
  );
  if (!curves.length && !refused.length) return <p>{t("card.nothing_measured")}</p>;
  return (
    <>
      {curves.map((curve) => (
        <Held key={curve.evaluated_on} model={model} curve={curve} name={name} />
      ))}
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

/** Of the same people: a test split and people from elsewhere are told apart. */
function Held(props: {
  model: Manifest;
  curve: CoverageCurve;
  name: (point: CoveragePoint) => ComponentChildren;
}) {
  const { model, curve } = props;
  const held = curve.points.map((point) => ({ ...point, ...point.held }));
  const promises = [...new Set(held.map((point) => point.coverage))];
  return (
    <>
      <h4>
        <Told of={model} text={curve.evaluated_on} />
      </h4>
      {curve.cohort === "external" && <p class="help">{t("card.elsewhere")}</p>}
      {curve.picked_from !== undefined && (
        <p class="help">
          {t("card.picked", { shown: curve.points.length, count: curve.picked_from })}
        </p>
      )}
      {promises.map((promise) => {
        const of = held.filter((point) => point.coverage === promise);
        const lowest = Math.min(promise, ...of.map((point) => point.low));
        return (
          <Ranges
            key={promise}
            caption={t("card.coverage_of", { share: formatPercent(promise, 0) })}
            figures={of}
            name={props.name}
            write={write}
            domain={[Math.floor(lowest * 10) / 10, 1]}
            target={promise}
          />
        );
      })}
    </>
  );
}
