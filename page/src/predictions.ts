// Answers as the service gives them: see functions/medmaas/model/predict.py and model/explanation.
import type { Fact } from "./facts";
import type { Range } from "./manifest";

/** What is to be said of a field. */
export interface Warning extends Fact {
  field: string | null;
  problem: string;
}

export interface Problem extends Warning {
  instance: number | null;
}

export interface Identity {
  id: string;
  version: string;
  sha256: string;
}

export interface Answered {
  request_id: string;
  model: Identity;
  predictions: Prediction[];
}

/** Code and limits are those of the reason. */
export interface Prediction extends Partial<Fact> {
  status: "ok" | "abstained" | "forced";
  reason?: string;
  output: Output | null;
  interval?: Interval;
  warnings: Warning[];
  explanation?: Explanation;
}

export interface Survival {
  time_days: number[];
  survival: number[];
  median_days: number | null;
  risk: Record<string, number>;
}

export interface Classes {
  label: string;
  probabilities: Record<string, number>;
}

export interface Value {
  value: number;
  unit: string;
}

/** Code and limits are those of why. */
export interface Option extends Fact {
  action: string;
  dose: number;
  delay_days: number;
  gcsf: boolean;
  risks: Record<string, number>;
  expected_nadir: { name: string; value: number; unit: string };
  allowed: boolean;
  why: string;
}

export interface Policy {
  recommended: string | null;
  options: Option[];
  limit: Record<string, number>;
  grading: string;
  notice: string;
}

export type Output = Survival | Classes | Value | Policy;

export interface Interval {
  coverage: number;
  at_least_days?: number | null;
  labels?: string[];
  low?: number;
  high?: number;
  unit?: string;
  group_size?: number;
  options?: { action: string; risks: Record<string, Range>; expected_nadir: Range }[];
}

export interface Contribution {
  contribution: number;
  standard_error?: number;
  feature?: string;
  row?: number;
  day?: number;
}

export interface Target {
  of: string;
  unit: string;
  baseline: number;
  prediction: number;
  contributions: Contribution[];
}

export interface Explanation {
  sentence: string;
  method: string;
  against: string;
  parts: Record<"sentence" | "method" | "against", Fact>;
  complete: boolean;
  targets?: Target[];
  counterfactual?: Fact & { found: boolean; sentence: string };
  by_measurement?: Target[];
  by_time?: Target[];
  flips?: {
    feature: string;
    from: number;
    to: number;
    unit: string;
    recommended: { from: string | null; to: string | null };
  }[];
  heat_map?: {
    of: string;
    rows: number[][];
    box: { left: number; top: number; width: number; height: number };
  };
  of?: string;
  unit?: string;
  characters?: { position: number; character: string; contribution: number }[];
  atoms?: { position: number; symbol: string; contribution: number }[];
}
