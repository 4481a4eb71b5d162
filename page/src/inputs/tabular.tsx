// Named features of one person, each in a field of its own.
import { Targets } from "../answer/Targets";
import { Values } from "../answer/Values";
import { type FieldsProps, openRow, readRow } from "../ask/draft";
import { ValueField } from "../ask/Value";
import type { TableExplanation } from "../contract";
import { formatNumber, nameValue, t, translate } from "../language";
import type { Feature, Instance } from "../manifest";
import type { InputRoom, ReasonsProps, Taking } from "../rooms";
import { Said } from "../Said";
import { withUnit } from "../units";

type Model = Taking<"tabular">;

/** From how many fields on they stand beside each other where there is room. */
const MANY = 10;

export const tabular: InputRoom<Model, TableExplanation> = {
  name: { en: "values", zh: "数值" },
  cases: () => "people",
  heading: { en: "The patient", zh: "患者" },
  Fields,
  open: (_, instance) => ({ rows: [openRow(instance)], content: "" }),
  read: ({ input }, { rows: [row = {}] }, units) => readRow(input.features, row, units),
  Given: ({ model, instance }) => (
    <Values model={model} instance={instance} features={model.input.features} />
  ),
  Reasons,
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

function Fields({ model, draft, units, problems, onChange }: FieldsProps<Model>) {
  const { features } = model.input;
  const row = draft.rows[0] ?? {};
  return (
    <div class={features.length > MANY ? "fields many" : "fields"}>
      {features.map((feature) => (
        <ValueField
          key={feature.name}
          model={model}
          feature={feature}
          cell={row[feature.name] ?? { text: "" }}
          units={units}
          problem={problems.get(feature.name)}
          onChange={(cell) => onChange({ ...draft, rows: [{ ...row, [feature.name]: cell }] })}
        />
      ))}
    </div>
  );
}

function Reasons(props: ReasonsProps<Model, TableExplanation>) {
  const { model, instance, explanation, output } = props;
  const { targets, counterfactual } = explanation;
  return (
    <>
      <Targets
        model={model}
        output={output}
        label={t("reasons.by_feature")}
        targets={targets}
        ranked={props.ranked}
        name={({ feature }) => nameContribution(model, instance, feature)}
      />
      <p>
        <strong>{t("reasons.otherwise")}</strong>{" "}
        <Said of={model} fact={counterfactual} text={counterfactual.sentence} />
      </p>
    </>
  );
}

/** A feature by its name and by the value that was given, if one was. */
function nameContribution(model: Model, instance: Instance, of: string): string {
  const name = translate(model, of);
  const feature = model.input.features.find(({ name }) => name === of);
  const value = instance[of];
  if (!feature || value === undefined || value === null) return name;
  const shown = typeof value === "number" ? formatNumber(value) : nameValue(model, value);
  return `${name} ${feature.type === "number" ? withUnit(shown, feature.unit) : shown}`;
}
