// Named features of one person, each in a field of its own.
import { Fragment } from "preact";
import { useState } from "preact/hooks";
import { Targets } from "../answer/Targets";
import {
  type Cell,
  type Draft,
  type FieldsProps,
  findFactor,
  openRow,
  type Row,
  readCell,
  readRow,
} from "../ask/draft";
import { type Entered, useEntered, writeAmount } from "../ask/entered";
import { checkRow, settleRow } from "../ask/settle";
import { keepSystem, readSystem, SYSTEMS, type System } from "../ask/system";
import { findUnitOf, findUsual } from "../ask/usual";
import { ValueField } from "../ask/Value";
import type { TableExplanation } from "../contract";
import { nameValue, t, translate } from "../language";
import type { Feature, Instance, Manifest } from "../manifest";
import type { InputRoom, ReasonsProps, Taking } from "../rooms";
import { Said } from "../Said";
import type { Units } from "../service";
import { FeatureShares } from "./FeatureShares";

type Model = Taking<"tabular">;

export const tabular: InputRoom<Model, TableExplanation> = {
  name: { en: "values", zh: "数值" },
  cases: () => "people",
  heading: { en: "The patient", zh: "患者" },
  Fields,
  open: ({ input }, instance, units) => ({
    rows: [convertRow(input.features, openOwn(input.features, instance), units, readSystem())],
    content: "",
  }),
  read: ({ input }, { rows: [row = {}] }, units) => readRow(input.features, row, units),
  async settle(model, { rows: [row = {}] }) {
    const change = await settleRow(model, model.input.features, row);
    return (now) => changeRow(now, change);
  },
  check: ({ input }, { rows: [row = {}] }, units) =>
    checkRow(input.features, row, units, readSystem()),
  Given,
  takeUnit: (draft, feature, unit) =>
    changeRow(draft, (row) => ({ ...row, [feature]: { text: row[feature]?.text ?? "", unit } })),
  Reasons,
  Share: FeatureShares,
  file: { list: ({ input }) => input.features.map(({ name }) => name) },
  listFeatures: ({ input }) => input.features,
  findMovable: ({ input }, instance) => ({
    features: input.features.filter((feature) => feature.type === "number"),
    values: instance,
    change: (changed) => ({ ...instance, ...changed }),
  }),
  openCentre({ input }, values) {
    const named = input.features.map((feature, i) => [feature.name, open(feature, values[i])]);
    return Object.fromEntries(named.filter(([, value]) => value !== null));
  },
};

/** A value as a request holds it, of the number that the graph takes. */
function open(feature: Feature, value: number | null = null) {
  if (value === null || feature.type === "number") return value;
  return feature.type === "boolean" ? value >= 0.5 : feature.choices[Math.round(value)];
}

/** An instance holds values in the model's units. */
const openOwn = (features: Feature[], instance: Instance): Row => {
  const row = openRow(instance);
  const own = features.map((feature): [string, Cell] => {
    const cell = row[feature.name] ?? { text: "" };
    return [
      feature.name,
      feature.type === "number" && cell.text ? { ...cell, unit: feature.unit } : cell,
    ];
  });
  return Object.fromEntries(own);
};

const changeRow = (draft: Draft, change: (row: Row) => Row): Draft => {
  const row = draft.rows[0] ?? {};
  const next = change(row);
  return next === row ? draft : { ...draft, rows: [next] };
};

/** The same values in the units of a system; an empty field begins anew. */
function convertRow(features: Feature[], row: Row, units: Units, system?: System): Row {
  const convert = (feature: Feature): Cell => {
    const cell = row[feature.name] ?? { text: "" };
    if (feature.type !== "number") return cell;
    if (!cell.text.trim()) return { text: "" };
    const unit = findUnitOf(feature, units[feature.name] ?? [], system);
    const factor = findFactor(feature.name, unit, units);
    const value = readCell(feature, cell, units);
    if (cell.unit === undefined || cell.unit === unit) return cell;
    if (typeof value !== "number" || !factor) return cell;
    return { text: String(Number((value / factor).toPrecision(DIGITS))), unit, exact: value };
  };
  return Object.fromEntries(features.map((feature) => [feature.name, convert(feature)]));
}

const DIGITS = 4;

function Fields(props: FieldsProps<Model>) {
  const { model, draft, units, problems, doubted, onChange } = props;
  const { features } = model.input;
  const [system, setSystem] = useState(readSystem);
  const row = draft.rows[0] ?? {};
  const change = (next: (row: Row) => Row) => onChange((now) => changeRow(now, next));
  const choose = (next: System | undefined) => {
    keepSystem(next);
    setSystem(next);
    change((now) => convertRow(features, now, units, next));
  };
  const settle = () =>
    onChange((now) => {
      // what fails is told when it is asked
      settleRow(model, features, now.rows[0] ?? {}).then(change, () => {});
      return now;
    });
  return (
    <>
      <SystemSwitch features={features} units={units} system={system} onChange={choose} />
      <div class={features.some(hasUnit) ? "fields" : "fields unitless"}>
        <p class="usual-head" aria-hidden="true">
          {t("ask.learned")}
        </p>
        {features.map((feature, i) => (
          <ValueField
            key={feature.name}
            model={model}
            feature={feature}
            cell={row[feature.name] ?? { text: "" }}
            units={units}
            system={system}
            usual={feature.type === "number" ? findUsual(model, feature, i) : undefined}
            doubted={doubted}
            problem={problems.get(feature.name)}
            onChange={(cell) => change((now) => ({ ...now, [feature.name]: cell }))}
            onSettle={settle}
          />
        ))}
      </div>
    </>
  );
}

const hasUnit = (feature: Feature) => feature.type === "number" && feature.unit !== "1";

/** SI or conventional for the whole form, where that makes a difference. */
function SystemSwitch(props: {
  features: Feature[];
  units: Units;
  system: System | undefined;
  onChange: (system: System | undefined) => void;
}) {
  const { features, units, system, onChange } = props;
  const differs = features.some((feature) => {
    if (feature.type !== "number") return false;
    const offered = units[feature.name] ?? [];
    const [one, other] = SYSTEMS.map((system) => findUnitOf(feature, offered, system));
    return one !== other;
  });
  if (!differs) return null;
  return (
    <fieldset class="system">
      <legend>{t("ask.system")}</legend>
      {SYSTEMS.map((one) => (
        <button
          type="button"
          class="quiet"
          key={one}
          aria-pressed={one === system}
          onClick={() => onChange(one === system ? undefined : one)}
        >
          {t(`ask.${one}`)}
        </button>
      ))}
    </fieldset>
  );
}

/** What was asked about, each number with its unit as it was entered. */
function Given({ model, instance }: { model: Model; instance: Instance }) {
  const entered = useEntered();
  return (
    <dl>
      {model.input.features
        .filter(({ name }) => instance[name] !== undefined)
        .map((feature) => (
          <Fragment key={feature.name}>
            <dt>{translate(model, feature.name)}</dt>
            <dd>{writeValue(model, feature, instance[feature.name], entered)}</dd>
          </Fragment>
        ))}
    </dl>
  );
}

const WHOLE_DIGITS = 6;

/** A value with its unit as it was entered, and in the model's where that is another one. */
function writeValue(model: Manifest, feature: Feature, value: unknown, entered: Entered): string {
  if (value === null || value === undefined) return "–";
  if (feature.type !== "number" || typeof value !== "number") return nameValue(model, value);
  const write = (of: Entered) => writeAmount(feature, value, of, WHOLE_DIGITS);
  return entered[feature.name] ? `${write(entered)} (${write({})})` : write({});
}

function Reasons(props: ReasonsProps<Model, TableExplanation>) {
  const { model, instance, explanation, output } = props;
  const { targets, counterfactual } = explanation;
  const entered = useEntered();
  return (
    <>
      <Targets
        model={model}
        output={output}
        label={t("reasons.by_feature")}
        targets={targets}
        ranked={props.ranked}
        name={({ feature }) => nameContribution(model, instance, feature, entered)}
      />
      <p>
        <strong>{t("reasons.otherwise")}</strong>{" "}
        <Said of={model} fact={counterfactual} text={counterfactual.sentence} />
      </p>
    </>
  );
}

/** A feature by its name and by the value that was given, if one was. */
function nameContribution(model: Model, instance: Instance, of: string, entered: Entered): string {
  const name = translate(model, of);
  const feature = model.input.features.find(({ name }) => name === of);
  const value = instance[of];
  if (!feature || value === undefined || value === null) return name;
  if (feature.type !== "number" || typeof value !== "number")
    return `${name} ${nameValue(model, value)}`;
  return `${name} ${writeAmount(feature, value, entered)}`;
}
