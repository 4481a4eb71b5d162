// Groups below each other, and what was measured of each beside each other.
import type { ComponentChildren } from "preact";
import { formatCount, Told, t } from "../language";
import type { Estimate, Manifest } from "../manifest";
import { gather } from "./gather";
import { type Domain, Track } from "./Track";

/** A figure of a group, in a column. */
export interface Cell extends Estimate {
  column: string;
  group: string;
  n: number;
  /** What it is compared with, on the same people. */
  beside?: (Estimate & { name: string })[];
}

export interface Column {
  head: ComponentChildren;
  domain: Domain;
  write: (figure: Estimate) => string;
  target?: number | undefined;
}

export function Matrix(props: {
  model: Manifest;
  caption: ComponentChildren;
  columns: Map<string, Column>;
  cells: Cell[];
  /** What the rows are of, if not groups of people. */
  by?: string;
  /** Beside the name of a row. */
  aside?: (group: string) => ComponentChildren;
}) {
  const { model, columns } = props;
  const rows = gather(props.cells, ({ group }) => group);
  // everybody first: groups are held against them
  rows.sort(([a], [b]) => Number(b === "all") - Number(a === "all"));
  return (
    <table class="matrix">
      <caption>{props.caption}</caption>
      <thead>
        <tr>
          <th scope="col">{props.by ?? t("card.column_group")}</th>
          {[...columns].map(([key, { head }]) => (
            <th scope="col" key={key}>
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(([group, cells]) => {
          const sizes = new Set(cells.map(({ n }) => n));
          return (
            <tr key={group} class={group === "all" ? "everyone" : undefined}>
              <th scope="row">
                <Told of={model} text={group} />
                {props.aside?.(group)}
                {sizes.size === 1 && <Size n={cells[0]?.n ?? 0} />}
              </th>
              {[...columns].map(([key, column]) => {
                const cell = cells.find((one) => one.column === key);
                return (
                  <td key={key} class={cell ? undefined : "nothing"}>
                    <span class="head">{column.head}</span>
                    {cell ? (
                      <Drawn model={model} cell={cell} column={column} sized={sizes.size > 1} />
                    ) : (
                      "–"
                    )}
                  </td>
                );
              })}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function Drawn(props: { model: Manifest; cell: Cell; column: Column; sized: boolean }) {
  const { model, cell, column, sized } = props;
  return (
    <>
      <Track figure={cell} domain={column.domain} target={column.target} />
      <span class="value">{column.write(cell)}</span>
      {sized && <Size n={cell.n} />}
      {cell.beside?.map((other) => (
        <span class="beside" key={other.name}>
          <Track figure={other} domain={column.domain} own={false} />
          <span class="value">
            <Told of={model} text={other.name} /> {column.write(other)}
          </span>
        </span>
      ))}
    </>
  );
}

const Size = ({ n }: { n: number }) => (
  <span class="aside">{t("figure.n", { n: formatCount(n) })}</span>
);
