// The bars of one number of an answer, and a choice where there are several.
import { useState } from "preact/hooks";
import { Bars } from "../charts/Bars";
import { formatChange, formatNumber, formatPercent, formatPoints, t } from "../language";
import type { Manifest } from "../manifest";
import type { OutputRoom } from "../rooms";
import { withUnit } from "../units";

/** How many parts are shown, those that count most. */
export const MOST = 10;

/** What moves one number of an answer, from a baseline to the prediction. */
export interface Target<Part> {
  of: string;
  unit: string;
  baseline: number;
  prediction: number;
  contributions: Part[];
}

export function Targets<Part extends { contribution: number }>(props: {
  model: Manifest;
  output: OutputRoom;
  label: string;
  targets: Target<Part>[];
  /** A part by its name and, where it has one, by the value that was given. */
  name: (part: Part) => string;
  /** Where a part stands, and then all are shown; without it those that count most come first. */
  order?: (part: Part) => number;
}) {
  const { model, output, targets, order } = props;
  const preferred = model.explanation?.decision?.target;
  const first = Math.max(
    0,
    targets.findIndex(({ of }) => of === preferred || output.isDecisive?.(model, of)),
  );
  const [chosen, setChosen] = useState(first);
  const target = targets[chosen] ?? targets[0];
  if (!target) return null;
  const write = (value: number) =>
    target.unit === "1"
      ? t("reasons.points", { value: formatPoints(value) })
      : withUnit(formatChange(value), target.unit);
  const place = order ?? (({ contribution }) => -Math.abs(contribution));
  const ordered = [...target.contributions].sort((a, b) => place(a) - place(b));
  const shown = ordered.slice(0, order ? undefined : MOST);
  const largest = Math.max(...ordered.map((one) => Math.abs(one.contribution)), 1e-12);
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
      <Bars
        signed
        caption={t("reasons.bars", {
          baseline: writeWhole(target.unit, target.baseline),
          prediction: writeWhole(target.unit, target.prediction),
        })}
        head={[t("reasons.part"), t("reasons.contribution")]}
        bars={shown.map((one) => ({
          name: props.name(one),
          share: one.contribution / largest,
          text: write(one.contribution),
        }))}
      />
      {ordered.length > shown.length && (
        <p class="help">{t("reasons.others", { count: ordered.length - shown.length })}</p>
      )}
    </>
  );
}

const writeWhole = (unit: string, value: number) =>
  unit === "1" ? formatPercent(value) : withUnit(formatNumber(value, 3), unit);
