// What a person said of a pasted table, what is still open, and what mends it.
import type { Order } from "./days";
import type { Offered } from "./headerUnits";

export interface Choices {
  /** By column: a feature, or what else it holds. */
  takes: Record<number, string>;
  units: Record<number, Offered>;
  /** Lines that are left out. */
  left: number[];
  /** Cells that are left empty, as line:column. */
  emptied: string[];
  /** Cells whose bound is taken as their value. */
  bounded: string[];
  order?: Order;
  decimal?: "," | ".";
  /** The day that the answer is for: as days since 1970, or as the table counts its days. */
  today?: number;
  /** Points that were asked about and are so. */
  agreed: Point[];
}

/** What can only be agreed to. */
export type Point = "headless" | "today" | "serials" | "forward" | "join" | "restart";

export const noChoices = (): Choices => ({
  takes: {},
  units: {},
  left: [],
  emptied: [],
  bounded: [],
  agreed: [],
});

/** A button: what it is called, and what is chosen by it. */
export interface Mend {
  label: string;
  values?: Record<string, unknown>;
  choose: (choices: Choices) => Choices;
}

/** One sort of problem, whichever cells have it. */
export interface Trouble {
  /** Its words, in locales under history.trouble. */
  what: string;
  values?: Record<string, unknown>;
  lines: number[];
  /** Cells, as line:column. */
  cells?: string[];
  /** Columns that are asked about. */
  columns?: number[];
  mends: Mend[];
}

export const agree =
  (point: Point) =>
  (choices: Choices): Choices => ({ ...choices, agreed: [...choices.agreed, point] });

export const leaveOut =
  (lines: number[]) =>
  (choices: Choices): Choices => ({ ...choices, left: [...new Set([...choices.left, ...lines])] });

export const empty =
  (cells: string[]) =>
  (choices: Choices): Choices => ({ ...choices, emptied: [...choices.emptied, ...cells] });

export const nameCell = (line: number, column: number) => `${line}:${column}`;
