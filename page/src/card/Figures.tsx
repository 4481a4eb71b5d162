// Every figure with its interval, n and what it is compared with.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { DataTable } from "../charts/Figure";
import { findOutput } from "../kinds";
import { formatCount, formatFigure, formatPercent, Told, t, translate } from "../language";
import type { Estimate, Manifest, Metric } from "../manifest";

/** The figure itself with its 95 % interval. */
export const writeFigure = ({ value, low, high }: Estimate) =>
  `${formatFigure(value)} ${t("figure.interval", { low: formatFigure(low), high: formatFigure(high) })}`;

export function AllFigures({ model }: { model: Manifest }) {
  const [sought, setSought] = useState("");
  const words = sought.toLowerCase().split(/\s+/);
  const figures = [
    ...model.card.metrics.map((metric) => tellMetric(model, metric)),
    ...listPoints(model),
  ];
  const found = figures.filter(({ texts, group, evaluated_on }) => {
    const own = [group, evaluated_on];
    const told = [...texts, ...own, ...own.map((text) => translate(model, text))].join(" ");
    return words.every((word) => told.toLowerCase().includes(word));
  });
  return (
    <>
      <label class="search">
        {t("card.filter")}
        <input
          type="search"
          value={sought}
          onInput={(event) => setSought(event.currentTarget.value)}
        />
      </label>
      <p role="status">{t("card.found", { count: found.length })}</p>
      <FigureTable model={model} caption={t("part.all")} figures={found} />
    </>
  );
}

/** One row of a table: what is measured of what, as it is shown and as it is searched. */
interface Figure extends Estimate, Pick<Metric, "evaluated_on" | "group" | "n"> {
  metric: ComponentChildren;
  of: ComponentChildren;
  texts: string[];
}

function tellMetric(model: Manifest, { metric, model: name, against, ...rest }: Metric): Figure {
  const own = [metric, name, ...(against ? [against] : [])];
  return {
    ...rest,
    metric: <Told of={model} text={metric} />,
    of: (
      <>
        <Told of={model} text={name} />
        {against && (
          <>
            {" "}
            {t("card.against")} <Told of={model} text={against} />
          </>
        )}
      </>
    ),
    texts: [...own, ...own.map((text) => translate(model, text))],
  };
}

/** The points of a card's curves, which are all of this model and named by the page. */
function listPoints(model: Manifest): Figure[] {
  const { calibration, coverage } = model.card;
  const of = t("card.this_model");
  const tell = (metric: string, whose: Pick<Figure, "evaluated_on" | "group" | "n">) => ({
    metric,
    of,
    texts: [metric, of],
    ...whose,
  });
  const points = calibration.flatMap(({ target, evaluated_on, points }) => {
    const name = findOutput(model).nameCurve(model, target);
    return points.flatMap(({ group, n, predicted, observed }) => [
      { ...tell(t("card.predicted_of", { of: name }), { evaluated_on, group, n }), ...predicted },
      { ...tell(t("card.observed_of", { of: name }), { evaluated_on, group, n }), ...observed },
    ]);
  });
  const held = coverage.flatMap(({ evaluated_on, width_of, points }) =>
    points.flatMap(({ coverage, group, n, held, width }) => {
      const share = formatPercent(coverage, 0);
      const name = t("card.width_of", { of: translate(model, width_of ?? ""), share });
      return [
        { ...tell(t("card.held_of", { share }), { evaluated_on, group, n }), ...held },
        ...(width ? [{ ...tell(name, { evaluated_on, group, n }), ...width }] : []),
      ];
    }),
  );
  return [...points, ...held];
}

function FigureTable(props: { model: Manifest; caption: string; figures: Figure[] }) {
  const { model } = props;
  return (
    <DataTable
      caption={props.caption}
      head={(["metric", "of", "value", "group", "on", "n"] as const).map((name) =>
        t(`card.column_${name}`),
      )}
      rows={props.figures.map((figure) => [
        figure.metric,
        figure.of,
        writeFigure(figure),
        <Told key="group" of={model} text={figure.group} />,
        <Told key="on" of={model} text={figure.evaluated_on} />,
        formatCount(figure.n),
      ])}
    />
  );
}
