// What the page calls the parts of an answer; contract.ts, which is generated, says what they are.
import type { Prediction } from "./contract";

export type { Answer as Answered, Prediction, Problem } from "./contract";

/** What is told of an answer's reasons: an explanation, or why there is none. */
export type Reasoning = NonNullable<Prediction["explanation"]>;
export type Explanation = Extract<Reasoning, { method: string }>;
export type Interval = NonNullable<Prediction["interval"]>;
export type Output = NonNullable<Prediction["output"]>;

export const isExplained = (told: Reasoning): told is Explanation => "method" in told;
