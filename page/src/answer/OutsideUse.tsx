// Outside the people that a model is for: said as large as its answer, above it.
import { useEntered } from "../ask/entered";
import { findInput } from "../kinds";
import { formatNumber, Told, t, translate } from "../language";
import type { Instance, Manifest } from "../manifest";
import { FieldName } from "../Said";
import { withUnit } from "../units";
import { isOutside, type Warning } from "./outside";

const MOST = 3;
const DIGITS = 4;

export function OutsideUse(props: { model: Manifest; instance: Instance; warnings: Warning[] }) {
  const { model, instance } = props;
  const outside = props.warnings.filter(isOutside);
  const entered = useEntered();
  if (!outside.length) return null;
  const features = findInput(model).listFeatures(model);
  const tell = (warning: Warning, i: number) => {
    const { low, high, unit = "1" } = warning.limits as Record<string, unknown>;
    const field = warning.field ?? "";
    const value = findValue(instance, field);
    // of a history, a field names a row, too: it was entered in the model's units
    const { unit: shown = String(unit), factor = 1 } = entered[field] ?? {};
    const write = (one: number) => formatNumber(one / factor, DIGITS);
    return (
      <li key={i}>
        <FieldName of={model} features={features} field={field} />{" "}
        {typeof value === "number" && withUnit(write(value), shown)}
        {t("outside.learned", {
          low: write(Number(low)),
          high: withUnit(write(Number(high)), shown),
        })}
      </li>
    );
  };
  return (
    <section class="outside-use" role="alert">
      <p class="verdict">{t("outside.heading")}</p>
      <ul class="verdict">{outside.slice(0, MOST).map(tell)}</ul>
      {outside.length > MOST && (
        <details>
          <summary>{t("outside.more", { count: outside.length - MOST })}</summary>
          <ul>{outside.slice(MOST).map(tell)}</ul>
        </details>
      )}
      <p>
        {t("answer.for")} <Told of={model} text={model.card.population} />{" "}
        {t("outside.not_for", {
          list: model.card.out_of_scope
            .map((text) => translate(model, text))
            .join(t("outside.joiner")),
        })}
      </p>
    </section>
  );
}

/** What a field such as creatinine or history[3].anc holds. */
function findValue(instance: Instance, field: string): unknown {
  const [, list, row, last = field] = /^(\w+)\[(\d+)\]\.(\w+)$/.exec(field) ?? [];
  if (list === undefined) return instance[last];
  const rows = instance[list];
  return Array.isArray(rows) ? (rows[Number(row)] as Instance | undefined)?.[last] : undefined;
}
