// The signs that a pasted table holds several patients: whatever has them is asked about.
import type { Row } from "../ask/draft";
import { agree, type Choices, leaveOut, type Trouble } from "./choices";
import { type Column, PERSON } from "./columns";
import type { Pasted } from "./pasted";
import type { Times } from "./times";

/** The row of each line. */
export type Lines = Map<number, Row>;

/** A heading in the midst of a table: it may be the table of somebody else. */
export function askAgain({ again, lines }: Pasted, kept: number[]): Trouble[] {
  const here = again.filter((line) => kept.includes(line));
  const [first] = here;
  if (first === undefined) return [];
  const below = [...lines.keys()].filter((line) => line >= first);
  const mends = [
    { label: "above", values: { row: first }, choose: leaveOut(below) },
    { label: "one_patient", choose: leaveOut(here) },
  ];
  return [{ what: "again", lines: here, mends }];
}

/** Rows of several people are never taken together. */
export function askPersons({ lines }: Pasted, columns: Column[], kept: number[]): Trouble[] {
  const at = [...columns.keys()].filter((i) => columns[i]?.takes === PERSON);
  const people = new Map<string, number[]>();
  const last = new Map<number, string>();
  for (const line of kept) {
    // an empty cell is that of the row above, as merged cells are copied
    for (const i of at) last.set(i, lines[line]?.[i] || last.get(i) || "");
    const person = at.map((i) => last.get(i)).join(" ");
    people.set(person, [...(people.get(person) ?? []), line]);
  }
  if (people.size < 2) return [];
  const mends = [...people].slice(0, 4).map(([person, mine]) => ({
    label: "person",
    values: { person: person.trim() || "–", count: mine.length },
    choose: leaveOut(kept.filter((line) => !mine.includes(line))),
  }));
  const names = [...people.keys()].map((person) => person.trim() || "–");
  return [{ what: "persons", lines: [], values: { people: names, count: people.size }, mends }];
}

/** Two rows of one day, and rows that begin anew: the signs of two patients in one table. */
export function askDays(rows: Lines, { days }: Times, choices: Choices): Trouble[] {
  const byDay = new Map<number | undefined, number[]>();
  for (const line of rows.keys())
    byDay.set(days.get(line), [...(byDay.get(days.get(line)) ?? []), line]);
  const twice = [...byDay].filter(([, lines]) => lines.length > 1);
  const holds = (lines: number[], test: (texts: string[]) => boolean) => {
    const all = lines.map((line) => rows.get(line) ?? {});
    const names = new Set(all.flatMap((row) => Object.keys(row)));
    return [...names].every((name) => test(all.flatMap((row) => row[name]?.text ?? [])));
  };
  const isSame = (lines: number[]) =>
    holds(lines, (texts) => texts.length === lines.length && new Set(texts).size === 1);
  const isSplit = (lines: number[]) => holds(lines, (texts) => new Set(texts).size < 2);
  const same = twice.filter(([, lines]) => isSame(lines));
  const split = twice.filter(([, lines]) => !isSame(lines) && isSplit(lines));
  const differ = twice.filter(([, lines]) => !isSplit(lines));
  const blocks = findBlocks(rows, days);
  const only = blocks.map((block) => ({
    label: "block",
    values: { from: block[0], until: block.at(-1) },
    choose: leaveOut([...rows.keys()].filter((line) => !block.includes(line))),
  }));
  const lines = (found: typeof twice) => found.flatMap(([, each]) => each);
  const keep = (at: 0 | -1) => (choices: Choices) =>
    leaveOut(differ.flatMap(([, each]) => each.filter((line) => line !== each.at(at))))(choices);
  const told = (found: typeof twice) => ({ count: found.length, day: found[0]?.[0] });
  const asks: Trouble[] = [];
  if (differ.length)
    asks.push({
      what: "differ",
      lines: lines(differ),
      values: told(differ),
      mends: only.length
        ? only
        : [
            { label: "upper", choose: keep(0) },
            { label: "lower", choose: keep(-1) },
          ],
    });
  else if (only.length && !choices.agreed.includes("restart"))
    asks.push({
      what: "restart",
      lines: blocks.slice(1).flatMap((block) => block.slice(0, 1)),
      mends: [...only, { label: "one_patient", choose: agree("restart") }],
    });
  const spare = same.flatMap(([, each]) => each.slice(1));
  if (same.length)
    asks.push({
      what: "same",
      lines: lines(same),
      values: told(same),
      mends: [{ label: "leave_twins", values: { count: spare.length }, choose: leaveOut(spare) }],
    });
  if (split.length && !choices.agreed.includes("join"))
    asks.push({
      what: "split",
      lines: lines(split),
      values: told(split),
      mends: [{ label: "join", choose: agree("join") }],
    });
  return asks;
}

const FEW = 3;

/** The parts of a table whose days run on, where they begin anew; none where they run on throughout. */
function findBlocks(rows: Lines, days: Map<number, number>): number[][] {
  const lines = [...rows.keys()];
  const steps = lines
    .slice(1)
    .map((line, i) => (days.get(line) ?? 0) - (days.get(lines[i] ?? 0) ?? 0));
  const up = steps.filter((step) => step > 0).length >= steps.filter((step) => step < 0).length;
  const breaks = steps.flatMap((step, i) => ((up ? step < 0 : step > 0) ? [i + 1] : []));
  const edges = [0, ...breaks, lines.length];
  const blocks = edges.slice(1).map((end, i) => lines.slice(edges[i], end));
  return blocks.length > 1 && blocks.length <= FEW && blocks.every((one) => one.length > 1)
    ? blocks
    : [];
}
