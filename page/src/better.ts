// Which way a figure is better, and what its ends mean. A manifest does not say: the names of the field do, and of others nothing is said.
const RANKS = /\b(AUC|AUROC|C-index|concordance|(Harrell|Uno)( C)?|C)\b/i;
const SHARES =
  /\b(accuracy|AUPRC|sensitivity|specificity|precision|recall|R2|R²|F1|kappa|Dice|IoU)\b/i;
const ERRORS = /\b(Brier score|log loss|RMSE|MAE|error rate|error|deviance)\b/i;
/** An error in the unit of the answer. */
const IN_UNIT = /\b(RMSE|MAE|mean absolute error|root mean square error)\b/i;
/** Counts that fall below a limit are harms. */
const HARMS = /^share of \w+ with (ANC|neutrophils|platelets|WBC|ha?emoglobin) below\b/i;
/** A difference from something else has a sign of its own. */
const DIFFERENCE = /\b(above|below|less|gain|saved|observed\/expected)\b/i;

export interface Scale {
  better: "higher" | "lower";
  perfect: 0 | 1;
  chance?: number;
}

export function findScale(metric: string): Scale | undefined {
  if (/\bless\b/i.test(metric)) return undefined;
  if (HARMS.test(metric)) return { better: "lower", perfect: 0 };
  if (DIFFERENCE.test(metric)) return undefined;
  if (ERRORS.test(metric)) return { better: "lower", perfect: 0 };
  if (RANKS.test(metric)) return { better: "higher", perfect: 1, chance: 0.5 };
  return SHARES.test(metric) ? { better: "higher", perfect: 1 } : undefined;
}

export const findBetter = (metric: string) => findScale(metric)?.better;

export const isInUnit = (metric: string) => IN_UNIT.test(metric) && !DIFFERENCE.test(metric);
