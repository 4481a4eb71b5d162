import type { Instance } from "../manifest";
import type { Answered } from "../predictions";

/** What was asked and what came back; the time is the browser's. */
export interface Asked {
  instance: Instance;
  answered: Answered;
  at: Date;
  /** Whether the explanation, or another answer, is still to come. */
  pending: boolean;
}
