// What there is to say of one value: what is usual, how it was read, what is wrong, and the way out.
import { formatNumber, Told, t } from "../language";
import type { NumberFeature } from "../manifest";
import { Said } from "../Said";
import { showUnit, withUnit } from "../units";
import { type Cell, findFactor, isPlain, readCell } from "./draft";
import { type FieldProps, UNIT_MISSING } from "./field";
import { listConfusable, type Suspect, suspectUnit } from "./usual";

type NotesProps = FieldProps & { id: string };

/** The usual range in the unit of the field; how the value was read, and what it is in the model's. */
export function Help({ model, feature, cell, units, id }: NotesProps) {
  const { read } = cell;
  return (
    <div class="field-help" id={id}>
      {feature.type === "number" && <Usual feature={feature} cell={cell} units={units} />}
      {read && !read.problem && read.typed !== cell.text && (
        <span class="noted">{t("ask.read_from", { typed: read.typed })}</span>
      )}
      {read?.note && (
        <span class="noted">
          <Said of={model} fact={{ ...read, field: feature.name }} text={read.note} />
        </span>
      )}
      {feature.missing && (
        <span class="unseen">
          {t("ask.if_missing")} <Told of={model} text={feature.missing} />
        </span>
      )}
    </div>
  );
}

function Usual(props: Pick<FieldProps, "cell" | "units"> & { feature: NumberFeature }) {
  const { feature, cell, units } = props;
  const { low, high } = feature.training_range;
  const unit = cell.unit ?? feature.unit;
  const factor = findFactor(feature.name, unit, units) ?? 1;
  const given = readCell(feature, cell, units);
  const range = { low: formatNumber(low / factor, 3), high: formatNumber(high / factor, 3) };
  const isOther = unit !== feature.unit && isPlain(cell.text) && typeof given === "number";
  return (
    <>
      <span class="usual">
        <span class="usual-word unseen">{t("ask.learned")}</span>{" "}
        {withUnit(t("ask.range", range), cell.unit === undefined ? unit : "1")}
      </span>
      {isOther && (
        <span class="noted">
          {t("ask.converted", { value: withUnit(formatNumber(given, 5), feature.unit) })}
        </span>
      )}
    </>
  );
}

/** A unit that was likely meant, and only then what is wrong; each once, with its way out. */
export function Problems(props: NotesProps) {
  const { model, feature, cell, id, onChange } = props;
  const suspect = findSuspect(props);
  const { read } = cell;
  return (
    <>
      {suspect && (
        <div class="suspect">
          <span>{writeSuspect(suspect)}</span>
          <button
            type="button"
            class="quiet"
            onClick={() => onChange({ text: cell.text, unit: suspect.unit })}
          >
            {t("ask.take", { value: showUnit(suspect.unit) })}
          </button>
        </div>
      )}
      <p class="problem" id={id}>
        {read?.choices.length ? (
          t("ask.which_number")
        ) : read?.problem ? (
          <>
            {t("ask.problem")}{" "}
            <Said of={model} fact={{ ...read, field: feature.name }} text={read.problem} />
          </>
        ) : (
          <Problem {...props} />
        )}
      </p>
      {read && read.choices.length > 0 && (
        <p class="choices">
          {read.choices.map((number) => (
            <button
              type="button"
              class="quiet"
              key={number}
              onClick={() => onChange(takeNumber(cell, number))}
            >
              {t("ask.take", { value: number })}
            </button>
          ))}
        </p>
      )}
    </>
  );
}

/** What was found when it was asked. */
function Problem({ model, feature, cell, units, problem }: FieldProps) {
  if (!problem) return null;
  if (problem.code !== UNIT_MISSING)
    return (
      <>
        {t("ask.problem")} <Said of={model} fact={problem} text={problem.problem} />
      </>
    );
  if (feature.type !== "number" || cell.unit !== undefined) return null;
  const confusable = listConfusable(feature, units[feature.name] ?? []);
  return <>{t("ask.unit_missing", { units: confusable.map(showUnit).join(", ") })}</>;
}

/** The number of two that a comma may have meant. */
const takeNumber = ({ unit, read }: Cell, number: number): Cell => ({
  text: `${read?.comparator ?? ""}${number}`,
  unit: read?.unit ?? unit,
});

export function findSuspect(
  props: Pick<FieldProps, "feature" | "cell" | "units" | "usual" | "doubted">,
): Suspect | undefined {
  const { feature, cell, units, usual, doubted } = props;
  if (feature.type !== "number" || usual === undefined) return undefined;
  if (cell.unit === undefined || !isPlain(cell.text)) return undefined;
  const offered = units[feature.name] ?? [];
  return suspectUnit(feature, offered, {
    number: Number(cell.text),
    unit: cell.unit,
    usual,
    doubted,
  });
}

/** "12 times the usual: mg/L?" */
export function writeSuspect({ times, unit }: Suspect): string {
  const far = { times: formatNumber(times < 1 ? 1 / times : times, 2), unit: showUnit(unit) };
  return t(times < 1 ? "ask.times_less" : "ask.times_usual", far);
}
