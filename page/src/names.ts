// What the numbers, parts and values of a model are called in the language of the page.
import { formatDays, formatNumber, t, translate } from "./language";
import type { CurveTarget, Manifest } from "./manifest";

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

/** Which number of an answer a calibration curve is of, in few words. */
export function nameCurve(model: Manifest, target: CurveTarget): string {
  switch (target.kind) {
    case "risk":
      return t("curve.risk", { time: formatDays(target.day) });
    case "label":
      return t("curve.share", { of: translate(model, target.label) });
    case "outcome":
      return t("curve.share", { of: translate(model, target.outcome) });
    case "right_answers":
      return t("curve.right_answers");
    case "value":
      return t("curve.value");
  }
}

export const nameValue = (model: Manifest, value: unknown) =>
  typeof value === "boolean" ? t(`ask.${value}`) : translate(model, String(value));
