// The parts of a manifest that the page reads: see functions/medmaas/model/manifest.
import type { Fact } from "./facts";

export interface Range {
  low: number;
  high: number;
}

interface Described {
  name: string;
  description: string;
  /** What the model does without a value; absent: the value is required. */
  missing?: string;
  actionable: boolean;
}

export interface NumberFeature extends Described {
  type: "number";
  /** UCUM code, 1 if it has none. */
  unit: string;
  hard_range: Range;
  training_range: Range;
}

export interface ChoiceFeature extends Described {
  type: "choice";
  choices: string[];
}

export interface BooleanFeature extends Described {
  type: "boolean";
}

export type Feature = NumberFeature | ChoiceFeature | BooleanFeature;

export interface TabularInput {
  kind: "tabular";
  features: Feature[];
}

export interface SeriesInput {
  kind: "series";
  field: string;
  features: [NumberFeature, ...Feature[]];
  max_rows: number;
}

export interface ImageInput {
  kind: "image";
  field: string;
  description: string;
  height: number;
  width: number;
}

export interface TextInput {
  kind: "text";
  field: string;
  description: string;
  max_length: number;
}

export type Input = TabularInput | SeriesInput | ImageInput | TextInput;

export interface ClassesOutput {
  kind: "classes";
  labels: string[];
}

export interface ValueOutput {
  kind: "value";
  unit: string;
}

export interface SurvivalOutput {
  kind: "survival";
  time_days: number[];
  horizon_days: number[];
}

export interface PolicyOutput {
  kind: "policy";
  actions: { name: string; dose: number; delay_days: number; gcsf: boolean }[];
  outcomes: { name: string; description: string }[];
  nadir: { name: string; unit: string; description: string };
  limit: { outcome: string; at_most: number };
  notice: string;
  grading: string;
}

export type Output = ClassesOutput | ValueOutput | SurvivalOutput | PolicyOutput;

export interface Metric {
  metric: string;
  model: string;
  evaluated_on: string;
  group: string;
  n: number;
  events?: number;
  value: number;
  low: number;
  high: number;
}

export interface Card {
  developer: string;
  stage: string;
  intended_use: string;
  intended_users: string;
  population: string;
  decision_role: string;
  out_of_scope: string[];
  method: string[];
  data: {
    source: string;
    licence: string;
    sha256?: string;
    n: number;
    events?: number;
    simulated: boolean;
    inclusion: string;
    cleaning: string[];
    demographics: Record<string, string>;
    split: { seed?: number; train: number; calibration: number; test: number };
  };
  findings: string[];
  metrics: Metric[];
  limits: string[];
  references: string[];
  source_attributes: Record<string, string>;
}

export interface Explanation {
  method: string;
  background?: { of: string; centres: { values: (number | null)[]; people: number }[] };
  decision?: { target: string; threshold: number; meaning: string };
  importance: {
    part: string;
    of: string;
    group: string;
    n: number;
    value: number;
    low: number;
    high: number;
  }[];
  dependence: {
    feature: string;
    of: string;
    group: string;
    n: number;
    values: (number | string | boolean)[];
    answers: number[];
  }[];
  faithfulness: {
    check: string;
    measure: string;
    n: number;
    value: number;
    low: number;
    high: number;
  }[];
}

export interface Uncertainty {
  method: string;
  calibrated_on: string;
  intervals?: { kind: Output["kind"]; levels: { coverage: number }[]; group_size?: number };
  distance?: { threshold: number };
  most_missing?: number;
  largest_set?: number;
}

/** An instance by the names of its fields, as a request holds it. */
export type Instance = Record<string, unknown>;

/** Chinese and other words for the texts of a manifest, by language and by the text itself. */
export type Translations = Record<string, Record<string, string>>;

export interface Manifest {
  id: string;
  version: string;
  title: string;
  licence: string;
  created: string;
  training_commit: string;
  seed: number;
  artefact: { sha256: string; size_bytes: number; opset: number };
  input: Input;
  output: Output;
  golden: { tolerance: number; cases: { instance: Instance }[] };
  examples: { title: string; instance: Instance }[];
  parity?: { rows: number; rows_of: string; largest_difference: number; tolerance: number };
  explanation?: Explanation;
  uncertainty?: Uncertainty;
  card: Card;
  translations: Translations;
}

/** One entry of GET /models. */
export interface Entry {
  id: string;
  version: string;
  status: "available" | "unavailable";
  reason?: string;
  parts?: { reason: Fact };
  title?: string;
  input?: Input["kind"];
  output?: Output["kind"];
  intended_use?: string;
  population?: string;
  limits?: string[];
  simulated?: boolean;
  /** The model's own figure first, then what it is compared with. */
  headline?: Metric[];
  translations?: Translations;
}
