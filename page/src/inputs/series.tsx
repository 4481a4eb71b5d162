// A history: rows of named features over time.
import { Targets } from "../answer/Targets";
import { openRow, type Row, readRow } from "../ask/draft";
import type { SeriesExplanation } from "../contract";
import { formatNumber, nameValue, t, translate } from "../language";
import type { Instance, Manifest } from "../manifest";
import type { InputRoom, Movable, ReasonsProps, Taking } from "../rooms";
import { withUnit } from "../units";
import { SeriesTable } from "./SeriesTable";

type Model = Taking<"series">;

export const series: InputRoom<Model, SeriesExplanation> = {
  name: { en: "history", zh: "病程" },
  cases: () => "people",
  heading: { en: "The history", zh: "病程" },
  Fields: SeriesTable,
  open: ({ input }, instance) => ({
    rows: listRows(instance, input.field).map(openRow),
    content: "",
  }),
  read({ input }, draft, units) {
    const rows = draft.rows.filter((row) => !isEmpty(row));
    return { [input.field]: rows.map((row) => readRow(input.features, row, units)) };
  },
  Given,
  Reasons,
  file: { list: ({ input }) => input.features.map(({ name }) => name) },
  listFeatures: ({ input }) => input.features,
  findMovable,
};

const listRows = (instance: Instance, field: string) => instance[field] as Instance[];

const isEmpty = (row: Row) => Object.values(row).every((cell) => cell.text.trim() === "");

/** What the contract says is the time. */
const nameTime = ({ input }: Model) => input.features[0]?.name ?? "";

function Given({ model, instance }: { model: Model; instance: Instance }) {
  return (
    <ul class="rows">
      {listRows(instance, model.input.field).map((row, i) => (
        <li key={i}>{writeRow(model, row)}</li>
      ))}
    </ul>
  );
}

/** One time of a history, as "day -7, ANC 4.8, platelets 230". */
const writeRow = (model: Manifest, row: Instance) =>
  Object.entries(row)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${translate(model, name)} ${nameValue(model, value)}`)
    .join(", ");

/** The numbers that the newest row holds, but not its time. */
function findMovable(model: Model, instance: Instance): Movable {
  const { field, features } = model.input;
  const rows = listRows(instance, field);
  const time = (row: Instance) => Number(row[nameTime(model)]);
  const newest = rows.reduce((one, other) => (time(other) >= time(one) ? other : one));
  return {
    features: features
      .slice(1)
      .filter((feature) => feature.type === "number")
      .filter(({ name }) => typeof newest[name] === "number"),
    values: newest,
    change: (changed) => ({
      [field]: rows.map((row) => (row === newest ? { ...row, ...changed } : row)),
    }),
    help: () => t("whatif.newest"),
  };
}

function Reasons({ model, explanation, output, ranked }: ReasonsProps<Model, SeriesExplanation>) {
  const { by_measurement, by_time, flips = [] } = explanation;
  const time = nameTime(model);
  return (
    <>
      <Targets
        model={model}
        output={output}
        label={t("reasons.by_feature")}
        targets={by_measurement}
        ranked={ranked}
        name={({ feature }) => translate(model, feature)}
      />
      <div class="by-time">
        <Targets
          model={model}
          output={output}
          label={t("reasons.by_day")}
          targets={by_time}
          ranked={ranked}
          name={({ [time]: day = 0, until }) =>
            until === undefined
              ? t("reasons.day", { day: formatNumber(day) })
              : t("reasons.days", { day: formatNumber(day), until: formatNumber(until) })
          }
          order={(one) => one[time] ?? 0}
        />
      </div>
      {flips.length > 0 && <Flips model={model} flips={flips} />}
    </>
  );
}

function Flips(props: { model: Model; flips: NonNullable<SeriesExplanation["flips"]> }) {
  const { model, flips } = props;
  const name = (text: string | null) => (text === null ? "–" : translate(model, text));
  return (
    <>
      <strong>{t("reasons.flips")}</strong>
      <ul>
        {flips.map((flip) => (
          <li key={flip.feature}>
            {t("reasons.flip", {
              feature: name(flip.feature),
              from: formatNumber(flip.from),
              to: withUnit(formatNumber(flip.to), flip.unit),
              before: name(flip.recommended.from),
              after: name(flip.recommended.to),
            })}
          </li>
        ))}
      </ul>
    </>
  );
}
