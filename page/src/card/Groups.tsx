// How it does in each group of real people: rows are groups, columns are horizons, labels, figures.
import { Told, t } from "../language";
import type { Estimate, Manifest, Metric } from "../manifest";
import { writeFigure } from "./Figures";
import { listPerformance } from "./Forest";
import { EVERYONE, isOfAll, listOwn, TESTED } from "./findings";
import { gather } from "./gather";
import { type Column, Matrix } from "./Matrix";
import { isNamed } from "./Named";
import { span } from "./Track";

export function Groups({ model }: { model: Manifest }) {
  const apart = isNamed(model); // no group of people
  const own = listOwn(model).filter((one) => isOfAll(one) || !apart(one));
  const told = new Set(listPerformance(model).map(({ model: name }) => name));
  const sets = TESTED.map((cohort) => own.filter((one) => one.cohort === cohort));
  const shown = sets.flatMap((set) => [
    { figures: set.filter((one) => !one.measure && told.has(one.model)), caption: "by_group" },
    {
      figures: set.filter((one) => one.measure === "observed_expected"),
      caption: "ratio",
      target: 1,
    },
  ]);
  const grouped = shown.filter(({ figures }) => figures.some((one) => !isOfAll(one)));
  if (!grouped.length) return <p>{t("card.no_groups")}</p>;
  return (
    <>
      {grouped.map(({ figures, caption, target }, i) => (
        <MetricMatrix
          key={i}
          model={model}
          caption={t(`card.${caption}`)}
          figures={keepGrouped(figures)}
          target={target}
        />
      ))}
    </>
  );
}

/** Columns that hold groups, each with everybody's figure on the same people. */
function keepGrouped(figures: Metric[]) {
  const grouped = new Set(figures.filter((one) => !isOfAll(one)).map(({ metric }) => metric));
  return figures.filter(({ metric }) => grouped.has(metric));
}

/** A column per figure; figures that have one target, as ratios have, are drawn on one axis. */
export function MetricMatrix(props: {
  model: Manifest;
  caption: string;
  figures: Metric[];
  target?: number | undefined;
  /** What else the axes hold; they are then one. */
  within?: [number, number];
  write?: (figure: Estimate) => string;
}) {
  const { model, figures, target, within, write = writeFigure } = props;
  const [first] = figures;
  if (!first) return null;
  // a second figure of a group is of other people, or of the model used otherwise
  const repeats = new Set(figures.map((one) => `${one.metric} ${one.group}`)).size < figures.length;
  const name = (one: Metric) =>
    JSON.stringify(repeats ? [one.metric, one.evaluated_on, one.model] : [one.metric]);
  const columns = new Map<string, Column>();
  for (const [key, own] of gather(figures, name))
    columns.set(key, {
      head: (
        <>
          <Told of={model} text={own[0]?.metric ?? ""} />
          {repeats && own[0] && (
            <span class="aside">
              <Told of={model} text={own[0].evaluated_on} /> ·{" "}
              <Told of={model} text={own[0].model} />
            </span>
          )}
        </>
      ),
      domain: within ?? (target === undefined ? span(own) : span(figures, target)),
      target,
      write,
    });
  const cells = figures.map((one) => ({ ...one, column: name(one) }));
  // columns of other groups are another matrix: side by side they would be empty
  const sets = gather([...columns], ([key]) =>
    cells
      .filter(({ column, group }) => column === key && group !== EVERYONE)
      .map(({ group }) => group)
      .sort()
      .join("\n"),
  );
  return (
    <>
      {sets.map(([groups, own]) => (
        <Matrix
          key={groups}
          model={model}
          caption={
            <>
              {props.caption}
              <span class="aside">
                {t(`cohort.${first.cohort}`)}
                {sets.length > 1 && (
                  <Whose model={model} of={own.map(([key]) => key)} cells={cells} />
                )}
              </span>
            </>
          }
          columns={new Map(own)}
          cells={cells.filter(({ column }) => own.some(([key]) => key === column))}
        />
      ))}
    </>
  );
}

/** What tells one matrix from the next: where its groups come from, which may be picked as the worst. */
function Whose(props: { model: Manifest; of: string[]; cells: (Metric & { column: string })[] }) {
  const own = props.cells.filter((one) => props.of.includes(one.column) && !isOfAll(one));
  const [on, ...others] = new Set(own.map(({ evaluated_on }) => evaluated_on));
  if (on === undefined || others.length > 0) return null;
  return (
    <>
      {" "}
      · <Told of={props.model} text={on} />
    </>
  );
}
