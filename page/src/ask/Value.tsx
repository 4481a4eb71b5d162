// One field for one value: a number with its unit, a choice, yes or no.
import { t, translate } from "../language";
import type { NumberFeature } from "../manifest";
import { showUnit } from "../units";
import { EnteredIn, listEntered } from "./entered";
import { Help, Problems } from "./FieldNotes";
import { type FieldProps, findUnit, UNIT_MISSING, type ValueProps } from "./field";
import { FieldLabel } from "./Label";

/** A labelled field on one line, and below it what there is to say of its value. */
export function ValueField(props: FieldProps) {
  const { model, feature, cell, units } = props;
  const id = `value-${feature.name}`;
  const unit = findUnit(props);
  const row = { [feature.name]: { ...cell, unit } };
  const noted = { ...props, cell: row[feature.name] ?? cell };
  return (
    <EnteredIn value={listEntered([feature], { rows: [row], content: "" }, units)}>
      <div class="field" onChange={props.onSettle}>
        <label for={id}>
          <FieldLabel model={model} feature={feature} />{" "}
          {feature.missing && <span class="required">{t("ask.optional")}</span>}
        </label>
        <ValueControl
          {...props}
          id={id}
          describedBy={`${id}-help ${id}-problem`}
          onChange={({ text }) => props.onChange(unit === undefined ? { text } : { text, unit })}
        />
        {feature.type === "number" && <UnitSwitch {...noted} feature={feature} />}
        <Help {...noted} id={`${id}-help`} />
        <Problems {...noted} id={`${id}-problem`} />
      </div>
    </EnteredIn>
  );
}

function UnitSwitch(props: FieldProps & { feature: NumberFeature }) {
  const { model, feature, cell, units, problem, onChange } = props;
  const offered = units[feature.name] ?? [];
  if (offered.length < 2) return <span class="unit">{showUnit(feature.unit)}</span>;
  const isMissing = cell.unit === undefined;
  return (
    <select
      class="unit"
      id={`unit-${feature.name}`}
      autocomplete="off"
      aria-label={t("ask.unit_of", { name: translate(model, feature.name) })}
      aria-invalid={problem?.code === UNIT_MISSING && isMissing}
      aria-describedby={`value-${feature.name}-problem`}
      value={cell.unit ?? ""}
      onChange={(event) => onChange({ text: cell.text, unit: event.currentTarget.value })}
    >
      {isMissing && <option value="">{t("ask.which_unit")}</option>}
      {offered.map(({ unit }) => (
        <option value={unit} key={unit}>
          {showUnit(unit)}
        </option>
      ))}
    </select>
  );
}

/** The control alone, as a cell of a table needs it. */
export function ValueControl(
  props: ValueProps & { id: string; describedBy?: string; label?: string },
) {
  const { model, feature, cell, problem, onChange } = props;
  const common = {
    id: props.id,
    value: cell.text,
    autocomplete: "off" as const, // or the browser would keep it to restore the page
    "aria-invalid":
      (problem !== undefined && problem.code !== UNIT_MISSING) || Boolean(cell.read?.problem),
    "aria-describedby": props.describedBy,
    "aria-label": props.label,
  };
  const change = (event: { currentTarget: { value: string } }) =>
    onChange({ ...cell, text: event.currentTarget.value });
  if (feature.type === "number")
    return (
      <input {...common} type="text" inputMode="decimal" maxLength={LONGEST} onInput={change} />
    );
  const choices = feature.type === "choice" ? feature.choices : ["true", "false"];
  return (
    <select {...common} onChange={change}>
      <option value="">{t(feature.missing ? "ask.unknown" : "ask.choose")}</option>
      {choices.map((choice) => (
        <option value={choice} key={choice}>
          {feature.type === "choice" ? translate(model, choice) : t(`ask.${choice}`)}
        </option>
      ))}
    </select>
  );
}

/** Characters that the service reads of a number. */
const LONGEST = 64;
