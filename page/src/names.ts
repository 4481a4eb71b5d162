// What the numbers, parts and values of a model are called in the language of the page.
import { formatNumber, t, translate } from "./language";
import type { Manifest } from "./manifest";

/** A number of an answer, as an explanation calls it: risk_1826, a label, an outcome of an action. */
export function nameTarget(model: Manifest, of: string): string {
  const days = /^risk_(\d+)$/.exec(of)?.[1];
  if (days) return t("reasons.risk_by", { years: formatNumber(Math.round(Number(days) / 365.25)) });
  if (of === "median_days") return t("survival.median");
  const actions = model.output.kind === "policy" ? model.output.actions : [];
  const action = actions.find(({ name }) => of.startsWith(`${name}_`))?.name;
  if (!action) return translate(model, of);
  const outcome = translate(model, of.slice(action.length + 1));
  return t("reasons.outcome_of", { action: translate(model, action), outcome });
}

export const nameValue = (model: Manifest, value: unknown) =>
  typeof value === "boolean" ? t(`ask.${value}`) : translate(model, String(value));
