// Which way a figure is better. A manifest does not say; the names of the field do, and of others nothing is said.
const HIGHER =
  /\b(AUC|AUROC|AUPRC|C|accuracy|sensitivity|specificity|precision|recall|R2|R²|F1|kappa)\b/;
const LOWER = /\b(Brier score|log loss|RMSE|MAE|error rate|error|deviance)\b/i;
/** A difference from something else has a sign of its own. */
const DIFFERENCE = /\b(above|below|less|gain|observed\/expected)\b/;

export function findBetter(metric: string): "higher" | "lower" | undefined {
  if (DIFFERENCE.test(metric)) return undefined;
  if (LOWER.test(metric)) return "lower";
  return HIGHER.test(metric) ? "higher" : undefined;
}
