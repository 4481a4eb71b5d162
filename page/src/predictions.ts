// What the page calls the parts of an answer; contract.ts, which is generated, says what they are.
import type { Prediction } from "./contract";

export type { Answer as Answered, Prediction, Problem } from "./contract";

export type Explanation = NonNullable<Prediction["explanation"]>;
export type Interval = NonNullable<Prediction["interval"]>;
export type Output = NonNullable<Prediction["output"]>;
