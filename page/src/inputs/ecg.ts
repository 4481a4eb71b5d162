// The geometry of ECG paper: 25 mm/s and 10 mm/mV, squares of 1 and of 5 mm; all lengths are in mm.
import type { Span } from "../rooms";
import type { Samples } from "./Recording";

export const MM_PER_SECOND = 25;
export const MM_PER_MV = 10;
export const MARGIN = 17; // for the name and the pulse
export const END = 6; // for the axis of time, and beyond the last second
export const LARGE = 5; // a large square
/** How high 1 of a unit is; other units are no voltage. */
export const MM_PER: Record<string, number> = {
  mV: MM_PER_MV,
  uV: MM_PER_MV / 1000,
  V: MM_PER_MV * 1000,
};
const LEAST_ROW = 15;
const MOST_ROW = 45;
const BINS_PER_MM = 10; // more samples are drawn as their lowest and highest

export interface Lead {
  name: string;
  values: Float32Array;
  low: number;
  high: number;
}

/** A lead, or a stretch of it, in a row of the paper. */
export interface Strip extends Span {
  lead: Lead;
  row: number;
}

export const LAYOUTS = ["rows", "columns"] as const;
export type Layout = (typeof LAYOUTS)[number];

/** The four columns of paper as it is printed everywhere, and the lead that runs below them. */
const COLUMNS = [
  ["i", "ii", "iii"],
  ["avr", "avl", "avf"],
  ["v1", "v2", "v3"],
  ["v4", "v5", "v6"],
];
const RHYTHM = "ii";
const COLUMN: Span = { from: 2, to: 5 }; // seconds that a column may be

/** The samples of every lead. */
export function decode({ leads }: Samples): Lead[] {
  return Object.entries(leads).map(([name, { int16, gain }]) => {
    const bytes = Uint8Array.from(atob(int16), (sign) => sign.charCodeAt(0));
    const view = new DataView(bytes.buffer);
    const values = Float32Array.from(
      { length: bytes.length / 2 },
      (_, i) => view.getInt16(2 * i, true) * gain,
    );
    const [low, high] = measure(values);
    return { name, values, low, high };
  });
}

const measure = (values: Float32Array): [number, number] =>
  values.reduce<[number, number]>(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [0, 0],
  );

/** Height of a unit that is no voltage: what moves most is two large squares high. */
export function fit(leads: Lead[]): number {
  const widest = Math.max(...leads.map(({ low, high }) => high - low), Number.EPSILON);
  return (2 * LARGE) / widest;
}

/** A lead in each row. */
export const inRows = (leads: Lead[], seconds: number): Strip[] =>
  leads.map((lead, row) => ({ lead, row, from: 0, to: seconds }));

/** Three rows of four columns, each a quarter of the time, and one lead throughout; if all are there. */
export function inColumns(leads: Lead[], seconds: number): Strip[] | undefined {
  const width = seconds / COLUMNS.length;
  const named = new Map(leads.map((lead) => [lead.name.toLowerCase(), lead]));
  const isWhole = leads.length === 12 && COLUMNS.flat().every((name) => named.has(name));
  const rhythm = named.get(RHYTHM);
  if (!isWhole || !rhythm || width < COLUMN.from || width > COLUMN.to) return undefined;
  const strips = COLUMNS.flatMap((names, column) =>
    names.flatMap((name, row) => {
      const lead = named.get(name);
      return lead ? [{ lead, row, from: column * width, to: (column + 1) * width }] : [];
    }),
  );
  return [...strips, { lead: rhythm, row: 3, from: 0, to: seconds }];
}

/** Where each row begins, where its leads are 0, and how high it is, on the large squares. */
export function place(strips: Strip[], rate: number, scale: number) {
  const count = Math.max(...strips.map(({ row }) => row)) + 1;
  let top = LARGE;
  const rows = Array.from({ length: count }, (_, i) => {
    const inRow = strips
      .filter(({ row }) => row === i)
      .map(({ lead, from, to }) => measure(lead.values.subarray(from * rate, to * rate)));
    const above = Math.min(Math.max(...inRow.map(([, high]) => high)) * scale, MOST_ROW / 2);
    const below = Math.min(-Math.min(...inRow.map(([low]) => low)) * scale, MOST_ROW / 2);
    const up = LARGE * Math.ceil(Math.max(above, MM_PER_MV) / LARGE);
    const size = Math.max(up + LARGE * Math.ceil(Math.max(below, 1) / LARGE), LEAST_ROW);
    const row = { top, base: top + up, size };
    top += size;
    return row;
  });
  return { rows, height: top + LARGE };
}

/** A line from sample to sample; of many in one place the lowest and the highest. */
export function trace(values: Float32Array, rate: number, scale: number, { from, to }: Span) {
  const per = Math.max(1, Math.floor(rate / (MM_PER_SECOND * BINS_PER_MM)));
  const points: string[] = [];
  const write = (i: number) =>
    points.push(
      `${((i / rate) * MM_PER_SECOND).toFixed(2)} ${(-(values[i] ?? 0) * scale).toFixed(2)}`,
    );
  // on whole bins, wherever it is seen from
  const first = per * Math.floor((from * rate) / per);
  const end = Math.min(Math.round(to * rate), values.length);
  for (let i = first; i < end; i += per) {
    const last = Math.min(i + per, end);
    let [lowest, highest] = [i, i];
    for (let j = i; j < last; j++) {
      if ((values[j] ?? 0) < (values[lowest] ?? 0)) lowest = j;
      if ((values[j] ?? 0) > (values[highest] ?? 0)) highest = j;
    }
    for (const place of new Set([Math.min(lowest, highest), Math.max(lowest, highest)]))
      write(place);
  }
  return points.length ? `M${points.join("L")}` : "";
}
