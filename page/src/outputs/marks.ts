// What of an answer is at which time, and by which sign and colour each label is known.
import type { Annotations } from "../contract";
import { t, translate } from "../language";
import type { Span } from "../rooms";
import { formatExact } from "../times";
import { listLabels, type Model } from "./annotations";

/** A listed annotation; a beat starts and ends at once. */
export interface Mark extends Span {
  label: string | null;
  probability: number | null;
}

const COLOURS = 5;

export const listMarks = ({ annotations }: Annotations): Mark[] =>
  annotations.map((one) => ({
    label: one.label,
    probability: one.probability,
    from: "time_seconds" in one ? one.time_seconds : one.start_seconds,
    to: "time_seconds" in one ? one.time_seconds : one.end_seconds,
  }));

/** From the first to the last that was looked at and is listed; beyond nobody knows. */
export function findJudged(output: Annotations, marks: Mark[]): Span {
  const end = output.left_out ? marks.at(-1)?.to : output.end_seconds;
  return { from: output.start_seconds ?? 0, to: end ?? 0 };
}

/** The labels that are there, the undecided last. */
export const listFound = (model: Model, marks: Mark[]): (string | null)[] =>
  [...listLabels(model), null].filter((label) => marks.some((one) => one.label === label));

/** What stands for a label where its name has no room: its alias or itself if short, else a letter. */
export function signLabels({ output }: Model): Map<string | null, string> {
  const short = output.labels.map((label, i) => output.aliases?.[i] ?? label);
  const fits = short.every((one) => one.length <= 3) && new Set(short).size === short.length;
  const named = output.labels.map((label, i): [string | null, string] => [
    label,
    fits ? (short[i] ?? "") : String.fromCharCode(65 + (i % 26)),
  ]);
  return new Map([...named, [null, "?"]]);
}

export const nameColour = (model: Model, label: string | null) =>
  label === null ? "undecided" : `colour-${listLabels(model).indexOf(label) % COLOURS}`;

export const nameLabel = (model: Model, label: string | null) =>
  label === null ? t("annotations.undecided") : translate(model, label);

/** When it is, as fine as the whole of so many seconds asks for. */
export function tellWhen(mark: Mark | undefined, whole: number): string {
  if (!mark) return "";
  const from = formatExact(mark.from, whole);
  return mark.from === mark.to ? from : `${from} – ${formatExact(mark.to, whole)}`;
}
