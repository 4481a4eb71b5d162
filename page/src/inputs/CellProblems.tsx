// What the service found wrong in a history: each sort once, with a way to every cell that has it.
import { t, translate } from "../language";
import type { Problem } from "../predictions";
import type { Taking } from "../rooms";
import { Said } from "../Said";

/** A problem, and the cells that have it. */
interface Sort {
  problem: Problem;
  cells: Cell[];
}

interface Cell {
  row: number;
  name: string;
}

const CELL = /^\w+\[(\d+)\]\.(\w+)$/;

export function CellProblems(props: {
  model: Taking<"series">;
  /** By the field that the service names. */
  problems: Map<string, Problem>;
}) {
  const { model, problems } = props;
  const sorts = sortProblems(model, problems);
  if (!sorts.length) return null;
  return (
    <ul class="cell-problems">
      {sorts.map(({ problem, cells }, i) => (
        <li key={i}>
          <span class="problem">
            <Said of={model} fact={problem} text={problem.problem} />
          </span>
          {cells.map(({ row, name }) => (
            <button
              type="button"
              class="link"
              key={`${row}-${name}`}
              onClick={() => document.getElementById(`value-${row}-${name}`)?.focus()}
            >
              {t("ask.cell", { name: translate(model, name), row: row + 1 })}
            </button>
          ))}
        </li>
      ))}
    </ul>
  );
}

/** In the order of the rows and of their columns. */
function sortProblems(model: Taking<"series">, problems: Map<string, Problem>): Sort[] {
  const sorts = new Map<string, Sort>();
  for (const [field, problem] of problems) {
    const [, row, name] = CELL.exec(field) ?? [];
    const said = problem.code + JSON.stringify(problem.limits);
    const sort = sorts.get(said) ?? { problem, cells: [] };
    if (row !== undefined && name !== undefined) sort.cells.push({ row: Number(row), name });
    sorts.set(said, sort);
  }
  const names = model.input.features.map(({ name }) => name);
  const place = ({ row, name }: Cell) => row * names.length + names.indexOf(name);
  const first = ({ cells }: Sort) => (cells[0] ? place(cells[0]) : -1);
  for (const { cells } of sorts.values()) cells.sort((a, b) => place(a) - place(b));
  return [...sorts.values()].sort((a, b) => first(a) - first(b));
}
