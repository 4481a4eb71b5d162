// What stays in sight whatever is read: for research only, which model, for whom, how good, where tested.
import { findBetter } from "../better";
import { findInput } from "../kinds";
import { formatCount, formatFigure, Told, t } from "../language";
import type { Cohort, Manifest, Metric } from "../manifest";

const TESTED: Cohort[] = ["test", "cross_validation", "external"];

export function Strip({ model }: { model: Manifest }) {
  const { card, version, title } = model;
  const figure = findHeadline(model);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what has no room is shown whole while it has the focus
    <section class="strip" aria-label={t("strip.all")} tabIndex={0}>
      <p class="stage">
        <Told of={model} text={card.stage} />
        <span class="short">
          {" "}
          {model.id} {version}
        </span>
      </p>
      <p class="which">
        <strong>
          <Told of={model} text={title} /> {version}
        </strong>{" "}
        <span>
          {t("answer.for")} <Told of={model} text={card.population} />
        </span>
      </p>
      <p class="how-good">
        <strong>{tellWhere(model)}</strong>{" "}
        {figure && (
          <span>
            <Told of={model} text={figure.metric} />
            {t("believe.colon")}
            {formatFigure(figure.value)}{" "}
            {t("figure.interval", {
              low: formatFigure(figure.low),
              high: formatFigure(figure.high),
            })}{" "}
            {t("figure.n", { n: formatCount(figure.n) })}
            {tellBetter(figure)}
          </span>
        )}
      </p>
    </section>
  );
}

/** The figure that the catalogue has; of people from elsewhere where it was measured there. */
function findHeadline({ card }: Manifest): Metric | undefined {
  const own = card.metrics.filter(
    ({ of, group, cohort, against }) =>
      of === "model" && group === "all" && TESTED.includes(cohort) && !against,
  );
  const [first] = own;
  const elsewhere = own.find(
    ({ cohort, metric }) => cohort === "external" && metric === first?.metric,
  );
  return card.data.simulated ? first : (elsewhere ?? first);
}

function tellBetter({ metric }: Metric) {
  const better = findBetter(metric);
  return better && ` · ${t(`strip.${better}`)}`;
}

/** Whether people from elsewhere ever tested it; simulated ones are nobody. */
function tellWhere(model: Manifest): string {
  const { card } = model;
  if (card.data.simulated) return t("strip.simulated");
  const cases = t(`cases.${findInput(model).cases(model)}`);
  const elsewhere = card.metrics.some(({ of, cohort }) => of === "model" && cohort === "external");
  return t(elsewhere ? "strip.elsewhere" : "strip.never_elsewhere", { cases });
}
