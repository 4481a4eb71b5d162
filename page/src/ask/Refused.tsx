// Why nothing was answered: how many problems there are, and a way to the field of each.
import { useEffect, useRef } from "preact/hooks";
import { Failure } from "../Failure";
import { findInput } from "../kinds";
import { t } from "../language";
import type { Manifest } from "../manifest";
import type { Problem } from "../predictions";
import { FieldName, Said } from "../Said";
import type { Refusal } from "../service";
import { UNIT_MISSING } from "./field";
import { FieldLabel } from "./Label";

/** Beyond these the reader begins with the first. */
const MOST = 12;

export function Refused({ model, refusal }: { model: Manifest; refusal: Refusal }) {
  const alert = useRef<HTMLDivElement>(null);
  useEffect(() => alert.current?.focus(), [refusal]);
  if (refusal.status !== 422) return <Failure refusal={refusal} />;
  const fields = [...new Set(refusal.details.flatMap(({ field }) => field ?? []))];
  const others = refusal.details.filter(({ field }) => field === null);
  const count = fields.length + others.length;
  return (
    <div class="failure" role="alert" tabIndex={-1} ref={alert}>
      <strong>{t("ask.refused", { count })}</strong>
      {others.map((problem, i) => (
        <p key={i}>
          <Said of={model} fact={problem} text={problem.problem} />
        </p>
      ))}
      {fields.length > 0 && (
        <ul class="to-fields">
          {fields.slice(0, MOST).map((field) => (
            <li key={field}>
              <a
                href={location.hash}
                onClick={(event) => {
                  event.preventDefault();
                  findControl(field, refusal.details)?.focus();
                }}
              >
                <Name model={model} field={field} />
              </a>
            </li>
          ))}
          {fields.length > MOST && (
            <li>{t("ask.more_problems", { count: fields.length - MOST })}</li>
          )}
        </ul>
      )}
    </div>
  );
}

/** As the form calls it. */
function Name({ model, field }: { model: Manifest; field: string }) {
  const features = findInput(model).listFeatures(model);
  const feature = features.find(({ name }) => name === field);
  if (feature) return <FieldLabel model={model} feature={feature} />;
  return <FieldName of={model} features={features} field={field} />;
}

/** The control of a field; of one that has none of its own, the first that is wrong. */
function findControl(field: string, problems: Problem[]): HTMLElement | null {
  const [, row, name = field] = /^[\w.]+\[(\d+)\]\.(\w+)$/.exec(field) ?? [];
  const lacksUnit = problems.some((one) => one.field === field && one.code === UNIT_MISSING);
  const id = lacksUnit ? `unit-${field}` : ["value", row, name].filter(Boolean).join("-");
  return (
    document.getElementById(id) ??
    document.querySelector<HTMLElement>("form [aria-invalid=true]") ??
    document.querySelector<HTMLElement>("form :is(input, select, textarea)")
  );
}
