// What drove an answer: the sentence, signed bars, the heat map, the coloured characters.
import { useState } from "preact/hooks";
import { showPicture } from "../ask/Picture";
import { Bars } from "../charts/Bars";
import { formatChange, formatNumber, formatPercent, formatPoints, t, translate } from "../language";
import type { Feature, Instance, Manifest } from "../manifest";
import { nameTarget, nameValue } from "../names";
import type {
  Contribution,
  Explanation,
  Target,
  TextExplanation,
  TimeContribution,
  TimeTarget,
} from "../predictions";
import { Said } from "../Said";
import { showUnit, withUnit } from "../units";
import { HeatMap } from "./HeatMap";

const MOST = 10;

type Part = Contribution | TimeContribution;

const findDay = (one: Part) => ("row" in one ? (one.day ?? 0) : 0);

export function Reasons(props: { model: Manifest; instance: Instance; explanation: Explanation }) {
  const { model, instance, explanation } = props;
  const { sentence, method, against, parts } = explanation;
  const counterfactual = "counterfactual" in explanation && explanation.counterfactual;
  const how = { code: "clauses", limits: { clauses: [parts.method, parts.against] } };
  return (
    <section class="reasons" aria-labelledby="reasons">
      <h4 id="reasons">{t("reasons.heading")}</h4>
      <p class="sentence">
        <Said of={model} fact={parts.sentence} text={sentence} />
      </p>
      {"targets" in explanation && (
        <Targets {...props} targets={explanation.targets} by="feature" />
      )}
      {"by_measurement" in explanation && (
        <>
          <Targets {...props} targets={explanation.by_measurement} by="feature" />
          <div class="by-time">
            <Targets {...props} targets={explanation.by_time} by="day" />
          </div>
        </>
      )}
      {"heat_map" in explanation && model.input.kind === "image" && (
        <HeatMap
          picture={showPicture(String(instance[model.input.field] ?? ""))}
          heatMap={explanation.heat_map}
          of={nameTarget(model, explanation.heat_map.of)}
        />
      )}
      {"characters" in explanation && <Characters explanation={explanation} />}
      {counterfactual && (
        <p>
          <strong>{t("reasons.otherwise")}</strong>{" "}
          <Said of={model} fact={counterfactual} text={counterfactual.sentence} />
        </p>
      )}
      <Flips model={model} explanation={explanation} />
      <p class="help">
        {t("reasons.method")} <Said of={model} fact={how} text={`${method}; ${against}`} />
        {t("reasons.stop")} {!explanation.complete && t("reasons.incomplete")}{" "}
        {t("reasons.caution")}
      </p>
    </section>
  );
}

/** The bars of one number of the answer, and a choice where there are several. */
function Targets(props: {
  model: Manifest;
  instance: Instance;
  targets: Target[] | TimeTarget[];
  by: "feature" | "day";
}) {
  const { model, targets, by } = props;
  const preferred = model.explanation?.decision?.target;
  const first = Math.max(
    0,
    targets.findIndex((target) => target.of === preferred || target.of.endsWith("_avoidable")),
  );
  const [chosen, setChosen] = useState(first);
  const target = targets[chosen] ?? targets[0];
  if (!target) return null;
  const write = (value: number) =>
    target.unit === "1"
      ? t("reasons.points", { value: formatPoints(value) })
      : withUnit(formatChange(value), target.unit);
  const ordered: Part[] = [...target.contributions];
  if (by === "feature") ordered.sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution));
  else ordered.sort((a, b) => findDay(a) - findDay(b));
  const shown = ordered.slice(0, by === "feature" ? MOST : undefined);
  const largest = Math.max(...ordered.map((one) => Math.abs(one.contribution)), 1e-12);
  return (
    <>
      <label class="target">
        {t(`reasons.by_${by}`)}{" "}
        <select value={chosen} onChange={(event) => setChosen(Number(event.currentTarget.value))}>
          {targets.map((one, i) => (
            <option value={i} key={one.of}>
              {nameTarget(model, one.of)}
            </option>
          ))}
        </select>
      </label>
      <Bars
        signed
        caption={t("reasons.bars", {
          baseline: writeWhole(target, target.baseline),
          prediction: writeWhole(target, target.prediction),
        })}
        head={[t("reasons.part"), t("reasons.contribution")]}
        bars={shown.map((one) => ({
          name: nameContribution(model, props.instance, one),
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

const writeWhole = (target: Target | TimeTarget, value: number) =>
  target.unit === "1" ? formatPercent(value) : withUnit(formatNumber(value, 3), target.unit);

/** A part by its name and, where it has one, by the value that was given. */
function nameContribution(model: Manifest, instance: Instance, one: Part): string {
  if ("row" in one) return t("reasons.day", { day: formatNumber(findDay(one)) });
  const input = model.input;
  const name = translate(model, one.feature);
  if (input.kind !== "tabular") return name;
  const feature: Feature | undefined = input.features.find(({ name }) => name === one.feature);
  const value = instance[one.feature];
  if (!feature || value === undefined || value === null) return name;
  const shown = typeof value === "number" ? formatNumber(value) : nameValue(model, value);
  return `${name} ${feature.type === "number" ? withUnit(shown, feature.unit) : shown}`;
}

/** Characters behind which the answer rises are underlined, those behind which it falls dotted. */
function Characters({ explanation }: { explanation: TextExplanation }) {
  const { characters } = explanation;
  const largest = Math.max(...characters.map((one) => Math.abs(one.contribution)), 1e-12);
  return (
    <>
      <p class="characters" aria-hidden="true">
        {characters.map((one) => (
          <span
            key={one.position}
            class={one.contribution < 0 ? "down" : "up"}
            style={{ "--strength": `${Math.round((100 * Math.abs(one.contribution)) / largest)}%` }}
          >
            {one.character}
          </span>
        ))}
      </p>
      <p class="help">{t("reasons.characters")}</p>
      <Bars
        signed
        caption={t("reasons.atoms", { unit: showUnit(explanation.unit) })}
        head={[t("reasons.part"), t("reasons.contribution")]}
        bars={[...(explanation.atoms ?? [])]
          .sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution))
          .slice(0, MOST)
          .map((atom) => ({
            name: t("reasons.atom", { symbol: atom.symbol, position: atom.position }),
            share: atom.contribution / largest,
            text: formatChange(atom.contribution),
          }))}
      />
    </>
  );
}

function Flips({ model, explanation }: { model: Manifest; explanation: Explanation }) {
  const name = (text: string | null) => (text === null ? "–" : translate(model, text));
  if (!("flips" in explanation) || !explanation.flips?.length) return null;
  return (
    <>
      <strong>{t("reasons.flips")}</strong>
      <ul>
        {explanation.flips.map((flip) => (
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
