// The bars of one number of an answer, and a choice where there are several.
import { useState } from "preact/hooks";
import { Bars } from "../charts/Bars";
import { formatChange, formatNumber, formatPercent, formatPoints, t } from "../language";
import type { Manifest } from "../manifest";
import type { OutputRoom } from "../rooms";
import { withUnit } from "../units";

/** How many parts are shown at once, those that count most; the rest are folded. */
export const MOST = 3;

/** Of a sampled part: how many standard errors it keeps from nothing, and its least share of all. */
const SURE = 2;
const LEAST = 0.05;

/** What moves one number of an answer, from a baseline to the prediction. */
export interface Target<Part> {
  of: string;
  unit: string;
  baseline: number;
  prediction: number;
  contributions: Part[];
}

interface Moving {
  contribution: number;
  /** If it was sampled. */
  standard_error?: number;
}

export function Targets<Part extends Moving>(props: {
  model: Manifest;
  output: OutputRoom;
  label: string;
  targets: Target<Part>[];
  /** Whether the order stays when it is asked again; else parts are not ranked. */
  ranked: boolean;
  /** A part by its name and, where it has one, by the value that was given. */
  name: (part: Part) => string;
  /** Where a part stands, and then all are shown; without it those that count most come first. */
  order?: (part: Part) => number;
}) {
  const { model, output, targets, order, ranked } = props;
  const preferred = model.explanation?.decision?.target;
  const first = Math.max(
    0,
    targets.findIndex(({ of }) => of === preferred || output.isDecisive?.(model, of)),
  );
  const [chosen, setChosen] = useState(first);
  const target = targets[chosen] ?? targets[0];
  if (!target) return null;
  const write = (value: number) => writeMove(target.unit, value, output);
  const bars = (parts: Part[]) =>
    parts.map((one) => ({
      name: props.name(one),
      share: one.contribution / largest,
      text: write(one.contribution),
    }));
  const largest = Math.max(...target.contributions.map((one) => Math.abs(one.contribution)), 1e-12);
  const place = order ?? (({ contribution }) => -Math.abs(contribution));
  const ordered = [...target.contributions].sort((a, b) =>
    ranked || order ? place(a) - place(b) : props.name(a).localeCompare(props.name(b)),
  );
  const shown = order ? ordered : ordered.slice(0, ranked ? MOST : 0);
  const rest = ordered.slice(shown.length);
  const caption = writeWay(target, output);
  const head: [string, string] = [t("reasons.part"), t("reasons.contribution")];
  return (
    <>
      <label class="target">
        {props.label}{" "}
        <select value={chosen} onChange={(event) => setChosen(Number(event.currentTarget.value))}>
          {targets.map(({ of }, i) => (
            <option value={i} key={of}>
              {output.nameTarget(model, of)}
            </option>
          ))}
        </select>
      </label>
      {shown.length > 0 ? (
        <Bars signed caption={caption} head={head} bars={bars(shown)} />
      ) : (
        <Sides parts={ordered} name={props.name} />
      )}
      {rest.length > 0 && (
        <details>
          <summary>
            {t(shown.length ? "reasons.rest" : "reasons.all", { count: rest.length })}
          </summary>
          <Bars
            signed
            caption={shown.length ? t("reasons.rest", { count: rest.length }) : caption}
            head={head}
            bars={bars(rest)}
          />
        </details>
      )}
    </>
  );
}

/** What surely raises and what surely lowers, by name: their sizes would differ the next time. */
function Sides<Part extends Moving>(props: { parts: Part[]; name: (part: Part) => string }) {
  const { parts } = props;
  const total = parts.reduce((sum, { contribution }) => sum + Math.abs(contribution), 0);
  const sure = parts.filter(
    ({ contribution, standard_error = 0 }) =>
      Math.abs(contribution) - SURE * standard_error > LEAST * total,
  );
  const sides = { raises: sure.filter(isRaising), lowers: sure.filter((one) => !isRaising(one)) };
  if (!sure.length) return <p>{t("reasons.none_sure")}</p>;
  return (
    <dl class="sides">
      {Object.entries(sides)
        .filter(([, side]) => side.length > 0)
        .map(([way, side]) => (
          <div class={way} key={way}>
            <dt>{t(`reasons.${way}`)}</dt>
            <dd>
              <ul>
                {side.map((one) => (
                  <li key={props.name(one)}>{props.name(one)}</li>
                ))}
              </ul>
            </dd>
          </div>
        ))}
    </dl>
  );
}

const isRaising = ({ contribution }: Moving) => contribution > 0;

/** A number without a unit is a share, unless the answer says what its unit is. */
type Shares = Pick<OutputRoom, "findUnit">;

const isShare = (unit: string, output: Shares) => unit === "1" && !output.findUnit;

/** By how much one number of the answer moves. */
export const writeMove = (unit: string, value: number, output: Shares) =>
  isShare(unit, output)
    ? t("reasons.points", { value: formatPoints(value) })
    : withUnit(formatChange(value), unit);

/** From where to where all contributions lead. */
export const writeWay = (
  target: { unit: string; baseline: number; prediction: number },
  output: Shares,
) =>
  t("reasons.bars", {
    baseline: writeWhole(target.unit, target.baseline, output),
    prediction: writeWhole(target.unit, target.prediction, output),
  });

const writeWhole = (unit: string, value: number, output: Shares) =>
  isShare(unit, output) ? formatPercent(value) : withUnit(formatNumber(value, 3), unit);
