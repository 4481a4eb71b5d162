// What was measured of each thing that an answer names, a label, a value, a class of a mask: a row for
// each, a column per figure, and in each cell what it is compared with.
import { findOutput } from "../kinds";
import { Told, t } from "../language";
import type { Manifest, Metric } from "../manifest";
import { showUnit } from "../units";
import { writeFigure } from "./Figures";
import { isOfAll, TESTED } from "./findings";
import { gather } from "./gather";
import { type Cell, type Column, Matrix } from "./Matrix";
import { span } from "./Track";

/** A figure of one that is named, and what it is without the name. */
interface Named {
  name: string;
  column: string;
  metric: Metric;
}

const WORST = 0; // of a count or an error, where an axis begins

/** A figure whose group is what it is of, as of labels, or whose name ends with that: "Dice, cell". */
function findNamed(names: string[], metric: Metric): Named | undefined {
  const told = metric.measure ? `named_measure.${metric.measure}` : metric.metric;
  if (!isOfAll(metric))
    return names.includes(metric.group) ? { name: metric.group, column: told, metric } : undefined;
  for (const name of names)
    for (const end of [`, ${name}`, ` of ${name}`])
      if (metric.metric.endsWith(end)) {
        const column = metric.measure ? told : metric.metric.slice(0, -end.length);
        return { name, column, metric };
      }
  return undefined;
}

function listNamed(model: Manifest): Named[] {
  const names = (findOutput(model).listNamed?.(model) ?? []).map(({ name }) => name);
  return model.card.metrics.flatMap((metric) =>
    !metric.against && TESTED.includes(metric.cohort) ? (findNamed(names, metric) ?? []) : [],
  );
}

/** Whether a figure stands in these tables, and not among groups of people. */
export function isNamed(model: Manifest): (metric: Metric) => boolean {
  const found = new Set(listNamed(model).map(({ metric }) => metric));
  return (metric) => found.has(metric);
}

export function NamedFigures({ model }: { model: Manifest }) {
  const units = new Map(
    findOutput(model)
      .listNamed?.(model)
      .map(({ name, unit }) => [name, unit]),
  );
  const sets = gather(listNamed(model), ({ metric }) =>
    JSON.stringify([metric.cohort, metric.evaluated_on]),
  );
  return (
    <>
      {sets.map(([key, named]) => (
        <Matrix
          key={key}
          model={model}
          by={t("card.named")}
          caption={
            <>
              {t("card.by_name")}
              <span class="aside">
                <Told of={model} text={named[0]?.metric.evaluated_on ?? ""} />
              </span>
            </>
          }
          columns={makeColumns(model, named)}
          cells={makeCells(named)}
          aside={(name) => {
            const unit = units.get(name);
            return unit && unit !== "1" && <span class="aside">{showUnit(unit)}</span>;
          }}
        />
      ))}
    </>
  );
}

const makeColumns = (model: Manifest, named: Named[]) =>
  new Map<string, Column>(
    gather(named, ({ column }) => column).map(([column, own]) => [
      column,
      {
        head: column.startsWith("named_measure.") ? (
          t(`card.${column}`)
        ) : (
          <Told of={model} text={column} />
        ),
        domain: span(
          own.map(({ metric }) => metric),
          WORST,
        ),
        write: writeFigure,
      },
    ]),
  );

/** The model's own figures, each with those of others of the same. */
const makeCells = (named: Named[]): Cell[] =>
  named
    .filter(({ metric }) => metric.of === "model")
    .map(({ name, column, metric }) => ({
      ...metric,
      group: name,
      column,
      beside: named
        .filter((one) => one.metric.of !== "model" && one.name === name && one.column === column)
        .map((one) => ({ ...one.metric, name: one.metric.model })),
    }));
