// A history: rows of named features over time.
import { Targets } from "../answer/Targets";
import { openRow, type Row, readRow } from "../ask/draft";
import type { SeriesExplanation } from "../contract";
import { formatNumber, nameValue, t, translate } from "../language";
import type { Instance } from "../manifest";
import type { InputRoom, Movable, ReasonsProps, Taking } from "../rooms";
import { showUnit, withUnit } from "../units";
import { FeatureShares } from "./FeatureShares";
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
  Share: FeatureShares,
  file: { list: ({ input }) => input.features.map(({ name }) => name), byId: true },
  listFeatures: ({ input }) => input.features,
  findMovable,
};

const listRows = (instance: Instance, field: string) => instance[field] as Instance[];

const isEmpty = (row: Row) => Object.values(row).every((cell) => cell.text.trim() === "");

/** What the contract says is the time. */
const nameTime = ({ input }: Model) => input.features[0]?.name ?? "";

/** How many days stand side by side on paper. */
const SIDE_BY_SIDE = 17;

/** The history as a ward's sheet has it: its days side by side, in order. */
function Given({ model, instance }: { model: Model; instance: Instance }) {
  const [time, ...features] = model.input.features;
  const at = time?.name ?? "";
  const rows = [...listRows(instance, model.input.field)].sort(
    (one, other) => Number(one[at]) - Number(other[at]),
  );
  const given = features.filter(({ name }) => rows.some((row) => isGiven(row[name])));
  const sheets = Math.ceil(rows.length / SIDE_BY_SIDE);
  const write = (value: unknown) => {
    if (!isGiven(value)) return "";
    return typeof value === "number" ? formatNumber(value) : nameValue(model, value);
  };
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <section class="scroll" tabIndex={0} aria-label={t("ask.given_sheet")}>
      {Array.from({ length: sheets }, (_, i) => {
        const shown = rows.slice(i * SIDE_BY_SIDE, (i + 1) * SIDE_BY_SIDE);
        return (
          <table class="flowsheet" key={i}>
            <caption class="unseen">{t("ask.given_sheet")}</caption>
            <thead>
              <tr>
                {[at, ...shown.map((row) => row[at])].map((day, j) => (
                  <th scope="col" key={j}>
                    {j === 0 ? translate(model, String(day)) : write(day)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {given.map((feature) => (
                <tr key={feature.name}>
                  <th scope="row">
                    {translate(model, feature.name)}{" "}
                    {feature.type === "number" && showUnit(feature.unit)}
                  </th>
                  {shown.map((row, j) => (
                    <td key={j}>{write(row[feature.name])}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        );
      })}
    </section>
  );
}

const isGiven = (value: unknown) => value !== null && value !== undefined;

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
