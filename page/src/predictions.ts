// What the page calls the parts of an answer; contract.ts, which is generated, says what they are.
import type { Prediction, Unexplained } from "./contract";

export type { Answer as Answered, Prediction, Problem, Unexplained } from "./contract";

export type Explanation = Exclude<NonNullable<Prediction["explanation"]>, Unexplained>;
export type Interval = NonNullable<Prediction["interval"]>;
export type Output = NonNullable<Prediction["output"]>;
