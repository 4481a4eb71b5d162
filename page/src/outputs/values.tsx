// Several numbers, each with its unit and its interval on an axis of its own.
import { scaleLinear } from "d3-scale";
import type {
  EachBoundsEntry,
  ManifestNamedValue,
  ManifestNamedValueTarget,
  Values,
  ValuesBounds,
} from "../contract";
import { formatCount, formatNumber, formatPercent, Told, t, translate } from "../language";
import type { AnswerProps, Giving, OutputRoom } from "../rooms";
import { showUnit, withUnit } from "../units";

type Model = Giving<"values">;
type Props = AnswerProps<Model, Values, ValuesBounds, ManifestNamedValueTarget>;

export const values: OutputRoom<Model, Values, ValuesBounds, ManifestNamedValueTarget> = {
  name: { en: "numbers", zh: "多个数值" },
  question: { en: "How much of each?", zh: "各项数值是多少？" },
  Verdict,
  Answer,
  listClaims: ({ output: { values } }, output) =>
    values.map(({ name }, i) => ({
      target: { kind: "named_value", name },
      value: output.values[name]?.value ?? 0,
      name,
      main: i === 0,
    })),
  listNamed: ({ output }) => output.values.map(({ name, unit }) => ({ name, unit })),
  nameCurve: (model, { name }) => translate(model, name),
  nameTarget(model, of) {
    const found = model.output.values.find(
      ({ name }) => of.startsWith(name) && ENDS[of.slice(name.length)],
    );
    const end = found && ENDS[of.slice(found.name.length)];
    return end ? t(end, { name: translate(model, found.name) }) : translate(model, of);
  },
  findUnit: ({ output }, target) =>
    output.values.find(({ name }) => name === target?.name)?.unit ?? "1",
  writeCells: ({ values }, interval) =>
    Object.fromEntries(
      Object.entries(values).flatMap(([name, { value, unit }]) => {
        const bounds = interval?.values[name];
        return [
          [name, value],
          [`${name}_unit`, unit],
          [`${name}_low`, bounds?.low ?? ""],
          [`${name}_high`, bounds?.high ?? ""],
        ];
      }),
    ),
};

/** What ends the name of a column, and the words for it. */
const ENDS: Record<string, string> = {
  _low: "values.column_low",
  _high: "values.column_high",
  _unit: "values.column_unit",
};

/** The digits that a number is shown with; a count whole. */
const write = ({ measures }: ManifestNamedValue, number: number) =>
  measures === "count" ? formatCount(number) : formatNumber(number, 3);

function Verdict({ model, output, interval }: Props) {
  return (
    <div class="told">
      <div class="numbers">
        {model.output.values.map((one) => {
          const bounds = interval?.values[one.name];
          return (
            <p class="verdict" key={one.name}>
              <span>
                <Told of={model} text={one.name} />
              </span>{" "}
              {withUnit(write(one, output.values[one.name]?.value ?? 0), one.unit)}{" "}
              {bounds && <span>{tellBounds(one, bounds)}</span>}
            </p>
          );
        })}
      </div>
      {interval && (
        <p class="interval">
          {t("values.interval", { share: formatPercent(interval.coverage, 0) })}
        </p>
      )}
    </div>
  );
}

function Answer({ model, output, interval }: Props) {
  const head = ["name", "value", "drawn"].map((name) => t(`values.${name}`));
  if (interval) head.push(t("values.between", { share: formatPercent(interval.coverage, 0) }));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <section class="scroll" tabIndex={0} aria-label={t("values.caption")}>
      <table class="named-values">
        <caption>{t("values.caption")}</caption>
        <thead>
          <tr>
            {head.map((name, i) => (
              <th scope="col" key={name}>
                {i === 2 ? <span class="unseen">{name}</span> : name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {model.output.values.map((one) => {
            const value = output.values[one.name]?.value ?? 0;
            const bounds = interval?.values[one.name];
            return (
              <tr key={one.name}>
                <th scope="row">
                  <Told of={model} text={one.name} />
                  <span class="aside">
                    <Told of={model} text={one.description} />
                  </span>
                </th>
                <td data-label={head[1]}>{withUnit(write(one, value), one.unit)}</td>
                <td class="drawn">
                  <Axis spec={one} value={value} bounds={bounds} />
                </td>
                {bounds && <td data-label={head[3]}>{tellBounds(one, bounds)}</td>}
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

/** From low to high; of an angle through the end of its period where low is above high. */
function tellBounds(spec: ManifestNamedValue, { low, high }: EachBoundsEntry): string {
  if (spec.period !== undefined && high - low >= spec.period) return t("values.any_angle");
  const end = write(spec, (spec.low ?? 0) + (spec.period ?? 0));
  const ends = { low: write(spec, low), end, high: withUnit(write(spec, high), spec.unit) };
  return t(low > high ? "values.through" : "values.from_to", ends);
}

function Axis(props: {
  spec: ManifestNamedValue;
  value: number;
  bounds: EachBoundsEntry | undefined;
}) {
  const { spec, value, bounds } = props;
  const [low, high] = frame(spec, value, bounds);
  const place = scaleLinear([low, high], [0, 100]).clamp(true);
  return (
    <span class="axis-of-value" aria-hidden="true">
      <span class="track">
        {bounds &&
          part(bounds, [low, high]).map(([from, to]) => (
            <span
              class="extent"
              key={from}
              style={{ left: `${place(from)}%`, width: `${place(to) - place(from)}%` }}
            />
          ))}
        <span class="point" style={{ left: `${place(value)}%` }} />
      </span>
      <span class="ends">
        <span>{write(spec, low)}</span>
        <span>
          {write(spec, high)} {showUnit(spec.unit)}
        </span>
      </span>
    </span>
  );
}

/** One stretch, or two where it passes through the end of the axis. */
const part = (
  { low, high }: EachBoundsEntry,
  [first, last]: [number, number],
): [number, number][] =>
  low > high
    ? [
        [low, last],
        [first, high],
      ]
    : [[low, high]];

/** What is possible where both ends are stated; else some room around the interval. */
function frame(
  { measures, low, high, period }: ManifestNamedValue,
  value: number,
  bounds: EachBoundsEntry | undefined,
): [number, number] {
  const least = low ?? (measures ? 0 : undefined);
  const most = period === undefined ? high : (least ?? 0) + period;
  const { low: from, high: to } = bounds ?? { low: value, high: value };
  const room = Math.max(to - from, Math.abs(value) * 0.1, 1e-9) * 0.6;
  const [start, end] = scaleLinear([from - room, to + room], [0, 1])
    .nice(4)
    .domain() as [number, number];
  return [least ?? start, most ?? end];
}
