// Can I believe this? Within the data, calibrated here, within the intended use: a mark and a line each.
import type { ComponentChildren } from "preact";
import { findInput, findOutput } from "../kinds";
import { formatCount, formatNumber, formatPercent, Told, t } from "../language";
import type { Manifest } from "../manifest";
import type { Prediction } from "../predictions";
import type { Similar } from "../rooms";
import { FieldName, Said } from "../Said";
import { withUnit } from "../units";
import { isOutside, isPlain } from "./outside";
import { listSimilar } from "./similar";
import { TurnedOut } from "./TurnedOut";

const MARKS = { good: "✓", doubt: "!", stop: "✕", unknown: "?" } as const;
type Mark = keyof typeof MARKS;

/** How many notes are read at a glance; more are folded. */
const FEW = 3;

export function Believe({ model, prediction }: { model: Manifest; prediction: Prediction }) {
  return (
    <section class="believe" aria-labelledby="believe">
      <h4 id="believe">{t("believe.heading")}</h4>
      <ul class="marks">
        <WithinData model={model} prediction={prediction} />
        <Calibrated model={model} prediction={prediction} />
        <WithinUse model={model} prediction={prediction} />
      </ul>
      <TurnedOut model={model} prediction={prediction} />
    </section>
  );
}

function Line(props: { mark: Mark; name: string; children: ComponentChildren }) {
  return (
    <li class={props.mark}>
      <span class="tick" aria-hidden="true">
        {MARKS[props.mark]}
      </span>
      <div>
        <strong>
          {props.name}
          {t("believe.colon")}
        </strong>
        <span class="unseen">{t(`believe.${props.mark}`)}</span>
        {props.children}
      </div>
    </li>
  );
}

/** Whether it is like what the model learned from, and what of it was filled in or changed. */
function WithinData({ model, prediction }: { model: Manifest; prediction: Prediction }) {
  const cases = t(`cases.${findInput(model).cases(model)}`);
  const checked = model.uncertainty?.distance !== undefined;
  const notes = prediction.warnings.filter((one) => one.field && !isOutside(one));
  const outside = prediction.warnings.some(isOutside);
  const mark = outside || !notes.every(isPlain) ? "doubt" : checked ? "good" : "unknown";
  const list = (
    <ul>
      {notes.map((warning, i) => (
        <li key={i}>
          <FieldName
            of={model}
            features={findInput(model).listFeatures(model)}
            field={warning.field ?? ""}
          />{" "}
          <Said of={model} fact={warning} text={warning.problem} />
        </li>
      ))}
    </ul>
  );
  return (
    <Line mark={mark} name={t("believe.data")}>
      {t(outside ? "believe.apart" : checked ? "believe.like" : "believe.unmeasured", { cases })}{" "}
      {notes.length > 0 && notes.length <= FEW && list}
      {notes.length > FEW && (
        <details class="notes">
          <summary>{t("believe.notes", { count: notes.length })}</summary>
          {list}
        </details>
      )}
    </Line>
  );
}

const isDoubtful = (one: Similar) => one.beyond || isOff(one);

const isOff = ({ nearest: { predicted, observed } }: Similar) =>
  predicted.value < observed.low || predicted.value > observed.high;

/** What became of those who were told much the same; the worst of an answer's numbers decides. */
function Calibrated({ model, prediction }: { model: Manifest; prediction: Prediction }) {
  const similar = listSimilar(model, prediction);
  const main = similar.find(({ main }) => main) ?? similar[0];
  const one = main && !isDoubtful(main) ? (similar.find(isDoubtful) ?? main) : main;
  const cases = t(`cases.${findInput(model).cases(model)}`);
  if (!one)
    return (
      <Line mark="unknown" name={t("believe.calibrated")}>
        {t(prediction.warnings.some(isOutside) ? "believe.untested" : "believe.no_curve", {
          cases,
        })}
      </Line>
    );
  const unit = findOutput(model).findUnit?.(model, one.target);
  const write = (value: number) =>
    unit === undefined ? formatPercent(value) : formatNumber(value, 3);
  const { predicted, observed, n } = one.nearest;
  return (
    <Line mark={isDoubtful(one) ? "doubt" : "good"} name={t("believe.calibrated")}>
      {one.name}
      {t("believe.colon")}
      {t(one.beyond ? "believe.beyond" : isOff(one) ? "believe.off" : "believe.true", {
        predicted: withUnit(write(predicted.value), unit ?? "1"),
        observed: withUnit(write(observed.value), unit ?? "1"),
        interval: t("figure.interval", { low: write(observed.low), high: write(observed.high) }),
        n: formatCount(n),
        cases,
      })}
    </Line>
  );
}

/** Whether all values lie where the model may be asked; what it cannot see is left to the reader. */
function WithinUse({ model, prediction }: { model: Manifest; prediction: Prediction }) {
  const { card } = model;
  const outside = prediction.warnings.some(isOutside);
  const ranges = findInput(model).listFeatures(model).length > 0;
  const mark = outside ? "stop" : card.data.simulated ? "doubt" : ranges ? "good" : "unknown";
  return (
    <Line mark={mark} name={t("believe.use")}>
      {card.data.simulated && `${t("answer.simulated")} `}
      {t(outside ? "believe.outside" : ranges ? "believe.ranges" : "believe.no_ranges")}{" "}
      <details class="not-for">
        <summary>{t("believe.check")}</summary>
        <ul>
          {card.out_of_scope.map((text) => (
            <li key={text}>
              <Told of={model} text={text} />
            </li>
          ))}
        </ul>
      </details>
    </Line>
  );
}
