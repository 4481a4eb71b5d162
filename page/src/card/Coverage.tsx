// Whether intervals hold what they promise, and who gets no answer.
import { formatPercent, t } from "../language";
import type { CoverageCurve, Estimate, Manifest } from "../manifest";
import { Cohort } from "./Forest";
import { listOwn } from "./findings";
import { MetricMatrix } from "./Groups";
import { gather } from "./gather";
import { type Column, Matrix } from "./Matrix";
import { span } from "./Track";

export const writeShare = ({ value, low, high }: Estimate) =>
  `${formatPercent(value)} ${t("figure.interval", { low: formatPercent(low), high: formatPercent(high) })}`;

export function Coverage({ model }: { model: Manifest }) {
  const curves = model.card.coverage.filter(({ of }) => of === "model");
  const refused = listOwn(model).filter(({ measure }) => measure === "abstention");
  const sets = gather(refused, ({ cohort }) => cohort);
  if (!curves.length && !refused.length) return <p>{t("card.nothing_measured")}</p>;
  return (
    <>
      {curves.map((curve) => (
        <Held
          key={curve.evaluated_on}
          model={model}
          curve={curve}
          named={curves.length > 1 || curve.cohort === "external"}
        />
      ))}
      {sets.map(([cohort, figures]) => (
        <MetricMatrix
          key={cohort}
          model={model}
          caption={t("card.refused")}
          figures={figures}
          within={[0, span(figures)[1]]}
          write={writeShare}
        />
      ))}
    </>
  );
}

/** Of the same people: those of its own source and people from elsewhere are told apart. */
function Held(props: { model: Manifest; curve: CoverageCurve; named: boolean }) {
  const { model, curve, named } = props;
  const cells = curve.points.map((point) => ({
    ...point,
    ...point.held,
    column: String(point.coverage),
  }));
  const promises = [...new Set(curve.points.map(({ coverage }) => coverage))];
  const domain = span(cells, ...promises);
  const columns = promises.map((target): [string, Column] => {
    const head = t("card.coverage_of", { share: formatPercent(target, 0) });
    return [String(target), { head, domain, target, write: writeShare }];
  });
  return (
    <>
      <h4>
        <Cohort model={model} of={curve} named={named} />
      </h4>
      {curve.cohort === "external" && <p class="help">{t("card.elsewhere")}</p>}
      {curve.picked_from !== undefined && (
        <p class="help">
          {t("card.picked", { shown: curve.points.length, count: curve.picked_from })}
        </p>
      )}
      <Matrix
        model={model}
        caption={<span class="unseen">{t("part.coverage")}</span>}
        columns={new Map(columns)}
        cells={cells}
      />
    </>
  );
}
