// What the page calls the parts of an answer; contract.ts, which is generated, says what they are.
import type { Prediction } from "./contract";

export type {
  Answer as Answered,
  Bounds,
  Classes,
  Contribution,
  HeatMap,
  LowerBound,
  Option,
  Policy,
  PolicyBands,
  Prediction,
  PredictionSet,
  Problem,
  Survival,
  Target,
  TextExplanation,
  TimeContribution,
  TimeTarget,
  Value,
} from "./contract";

export type Explanation = NonNullable<Prediction["explanation"]>;
