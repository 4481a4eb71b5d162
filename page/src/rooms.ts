// What the page asks of a kind of input and of a kind of output; the room of the kind answers it.
import type { ComponentChildren, VNode } from "preact";
import type { Draft, FieldsProps } from "./ask/draft";
import type { PartContribution } from "./contract";
import type { Words } from "./language";
import type {
  CalibrationPoint,
  CurveTarget,
  Feature,
  Instance,
  Manifest,
  NumberFeature,
} from "./manifest";
import type { Explanation, Interval, Output, Problem } from "./predictions";
import type { Units } from "./service";

/** A model whose input is of a kind. */
export type Taking<Kind extends Manifest["input"]["kind"]> = Manifest & { input: { kind: Kind } };

/** A kind of input that may be a part of another. */
export type SingleKind = Taking<"parts">["input"]["parts"][number]["input"]["kind"];

/** A model whose output is of a kind. */
export type Giving<Kind extends Manifest["output"]["kind"]> = Manifest & {
  output: { kind: Kind };
};

/** A kind of input; its explanations are of one form. */
export interface InputRoom<Model extends Manifest = Manifest, Explained = Explanation> {
  /** What the catalogue calls it. */
  name: Words;
  /** What one asks about, in the plural; the name of words in locales/. */
  cases(model: Model): "people" | "pictures" | "molecules" | "texts" | "recordings";
  /** What stands above its form. */
  heading: Words;
  /** Its form. */
  Fields(props: FieldsProps<Model>): VNode;
  /** What the button is called that empties it; without this it is another patient. */
  anew?: Words;
  /** An instance, as an example is, filled in. */
  open(model: Model, instance: Instance, units: Units): Draft;
  /** Has read what was typed; what is typed until then stays as it is. */
  settle?(model: Model, draft: Draft): Promise<(now: Draft) => Draft>;
  /** What is wrong before anything is asked. */
  check?(model: Model, draft: Draft, units: Units): Problem[];
  /** A draft whose value of a feature is of another unit, the number staying as it was typed. */
  takeUnit?(draft: Draft, feature: string, unit: string): Draft;
  /** What was filled in as an instance; a value that is not there is left out. */
  read(model: Model, draft: Draft, units: Units): Instance;
  /** What was asked about, beside its answer. */
  Given(props: { model: Model; instance: Instance }): VNode;
  /** The picture that was sent, if it is one, for answers that are drawn over it. */
  findPicture?(model: Model, instance: Instance): Picture;
  /** What was recorded over time, if it was, for answers that are of times of it. */
  findRecording?(model: Model, instance: Instance): Recording | undefined;
  /** What drove an answer, below the sentence that says so. */
  Reasons(props: ReasonsProps<Model, Explained>): VNode;
  /** What its pieces contributed, where it is one of several parts; without this it is one bar. */
  Share?(props: ShareProps<Model>): VNode | null;
  /** Whether the form holds several, which are then asked about together. */
  isSeveral?(model: Model, draft: Draft): boolean;
  /** Several at once: asks about them, and shows an answer for each. */
  Several?(props: SeveralProps<Model>): VNode | null;
  /** How it comes in a file, or why it does not. */
  file: FileColumns<Model> | { refuse(): string };
  /** Why a model of the kind takes no files though others do. */
  refuseFile?(model: Model): string | undefined;
  /** The features that a problem or a warning may name. */
  listFeatures(model: Model): Feature[];
  /** What sliders move, if anything. */
  findMovable?(model: Model, instance: Instance): Movable | undefined;
  /** A centre of the background, which holds numbers as the graph takes them. */
  openCentre?(model: Model, values: (number | null)[]): Instance;
}

export interface Picture {
  /** What is shown of it: at once, or as the service draws what no browser can. */
  show(): Promise<ShownPicture>;
  /** Whether the page made it smaller: how large its pixels are, nobody knows. */
  isScaled: boolean;
}

export interface ShownPicture {
  address: string;
  /** Pixels of the picture, where what is shown has others. */
  whole?: { width: number; height: number };
}

/** A drawing over time, which has room below for what an answer says of its times. */
export interface Recording {
  /** With what is shown instead where it cannot be drawn. */
  draw(labelled: Labelled, instead: VNode | null): VNode;
}

/** Labels of times, for the axis of time of what they are of. */
export interface Labelled {
  title: string;
  lanes: { sign: string; colour: string; spans: Span[] }[];
  /** What was looked at. */
  judged: Span;
  chosen: Span | undefined;
  onChoose(span: Span): void;
  /** Chooses the next, or the one before. */
  onStep(by: 1 | -1): void;
  /** Stands below the drawing. */
  legend: VNode | null;
}

/** Seconds from the start; a moment starts and ends at once. */
export interface Span {
  from: number;
  to: number;
}

export interface ReasonsProps<Model extends Manifest, Explained> {
  model: Model;
  instance: Instance;
  explanation: Explained;
  /** Knows what the numbers of the answer are called. */
  output: OutputRoom;
  /** Whether the order of what counts most stays when it is asked again. */
  ranked: boolean;
}

export interface ShareProps<Model extends Manifest> {
  model: Model;
  instance: Instance;
  share: Share;
  /** What the part is called. */
  part: string;
  output: OutputRoom;
  ranked: boolean;
}

/** What the pieces of a part contributed to one number of the answer, and its unit. */
export type Share = PartContribution & { of: string; unit: string };

export interface SeveralProps<Model extends Manifest> {
  model: Model;
  /** What was asked about. */
  draft: Draft;
  /** Whether the form has changed since. */
  isStale: boolean;
  output: OutputRoom;
}

export interface FileColumns<Model extends Manifest> {
  /** What its columns are called, but for the id. */
  list(model: Model): string[];
  /** Whether the rows of an id are one instance, together. */
  byId?: true;
}

/** The numbers of an instance that can be changed, and how that is done. */
export interface Movable {
  features: NumberFeature[];
  values: Instance;
  change: (changed: Instance) => Instance;
  /** What to know of them. */
  help?: () => string;
}

/** A kind of output: its answers, their intervals, and the numbers that calibration curves are of. */
export interface OutputRoom<
  Model extends Manifest = Manifest,
  Answer = Output,
  Bounds = Interval,
  Target extends CurveTarget = CurveTarget,
> {
  /** What the catalogue calls it. */
  name: Words;
  /** What its reader wants to know. */
  question: Words;
  /** What an answer says, in words; without one `Answer` says it. */
  Verdict?(props: AnswerProps<Model, Answer, Bounds, Target>): VNode;
  /** What is drawn of an answer. */
  Answer(props: AnswerProps<Model, Answer, Bounds, Target>): VNode | null;
  /** The numbers of an answer that may have a curve. */
  listClaims(model: Model, output: Answer): Claim<Target>[];
  /** Which number of an answer a curve is of, in few words. */
  nameCurve(model: Model, target: Target): string;
  /** A number of an answer, as an explanation calls it: risk_1826, a label, an outcome of an action. */
  nameTarget(model: Model, of: string): string;
  /** What of an answer is measured by itself, as a label or a value is; and its unit, if it has one. */
  listNamed?(model: Model): { name: string; unit?: string | undefined }[];
  /** Whether it is the number that an answer is given by. */
  isDecisive?(model: Model, of: string): boolean;
  /** The unit that a curve is in, as a UCUM code; without this all are of shares. */
  findUnit?(model: Model, target: Target): string;
  /** An answer as the columns of a table, called as in the results of a file in the bucket. */
  writeCells(output: Answer, interval: Bounds | undefined): Cells;
}

export interface AnswerProps<
  Model extends Manifest,
  Answer,
  Bounds,
  Target extends CurveTarget = CurveTarget,
> {
  model: Model;
  output: Answer;
  interval: Bounds | undefined;
  similar: Similar<Target>[];
  /** The people of the background; none where it cannot be asked about. */
  centres: Centre[];
  /** The picture that it is an answer to, if it is one. */
  picture: Picture | undefined;
  /** The recording that it is an answer to, if it is one. */
  recording: Recording | undefined;
  /** Whether the model withheld it, and somebody wanted it all the same. */
  forced: boolean;
}

/** The middle of a cluster of people, and how many it stands for. */
export interface Centre {
  instance: Instance;
  people: number;
}

/** A number of an answer, by the curve that may be of it. */
export interface Claim<Target extends CurveTarget = CurveTarget> {
  target: Target;
  value: number;
  name: ComponentChildren;
  /** Whether it is the number that an answer is told by. */
  main?: boolean;
}

/** One number of an answer, and the group of the test split whose mean prediction is nearest to it. */
export interface Similar<Target extends CurveTarget = CurveTarget> extends Claim<Target> {
  nearest: CalibrationPoint;
  /** The share of those tested who were in groups of lower predictions. */
  place: number;
  /** Whether the number lies beyond all groups, by more than half their distance and a twentieth of their span. */
  beyond: boolean;
}

export type Cells = Record<string, string | number>;
