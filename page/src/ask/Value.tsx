// One field for one value: a number with its unit, a choice, yes or no.
import { formatNumber, Told, t, translate } from "../language";
import type { Feature, Manifest } from "../manifest";
import type { Problem } from "../predictions";
import { Said } from "../Said";
import type { Units } from "../service";
import { showUnit, withUnit } from "../units";
import { type Cell, readCell } from "./draft";

interface ValueProps {
  model: Manifest;
  feature: Feature;
  cell: Cell;
  units: Units;
  problem: Problem | undefined;
  onChange: (cell: Cell) => void;
}

/** A labelled field with its help, its range and, if there is one, its problem. */
export function ValueField(props: ValueProps) {
  const { model, feature, problem } = props;
  const id = `value-${feature.name}`;
  const given = readCell(feature, props.cell, props.units);
  const converted =
    feature.type === "number" &&
    props.cell.unit !== undefined &&
    props.cell.unit !== feature.unit &&
    typeof given === "number";
  return (
    <div class="field">
      <label for={id}>
        <Told of={model} text={feature.description} label />{" "}
        <span class="required">{t(feature.missing ? "ask.optional" : "ask.required")}</span>
      </label>
      <span class="entry-line">
        <ValueControl {...props} id={id} describedBy={`${id}-help ${id}-problem`} />
        {feature.type === "number" && <UnitSwitch {...props} />}
      </span>
      <p class="help" id={`${id}-help`}>
        {feature.type === "number" && (
          <>
            {t("ask.range", {
              low: formatNumber(feature.training_range.low),
              high: withUnit(formatNumber(feature.training_range.high), feature.unit),
            })}{" "}
          </>
        )}
        {converted && (
          <strong class="converted">
            {t("ask.converted", { value: withUnit(formatNumber(given, 5), feature.unit) })}{" "}
          </strong>
        )}
        {feature.missing && (
          <>
            {t("ask.if_missing")} <Told of={model} text={feature.missing} />
          </>
        )}
      </p>
      <p class="problem" id={`${id}-problem`}>
        {problem && (
          <>
            {t("ask.problem")} <Said of={model} fact={problem} text={problem.problem} />
          </>
        )}
      </p>
    </div>
  );
}

function UnitSwitch({ model, feature, cell, units, onChange }: ValueProps) {
  const own = feature.type === "number" ? feature.unit : "1";
  const offered = units[feature.name] ?? [];
  if (offered.length < 2) return <span class="unit">{showUnit(own)}</span>;
  return (
    <select
      class="unit"
      aria-label={t("ask.unit_of", { name: translate(model, feature.name) })}
      value={cell.unit ?? own}
      onChange={(event) => onChange({ ...cell, unit: event.currentTarget.value })}
    >
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
    "aria-invalid": problem !== undefined,
    "aria-describedby": props.describedBy,
    "aria-label": props.label,
  };
  const change = (event: { currentTarget: { value: string } }) =>
    onChange({ ...cell, text: event.currentTarget.value });
  if (feature.type === "number")
    return <input {...common} type="text" inputMode="decimal" onInput={change} />;
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
