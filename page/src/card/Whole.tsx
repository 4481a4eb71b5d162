// What the model as a whole rests on, and how faithful its explanations are.
import { line } from "d3-shape";
import { useState } from "preact/hooks";
import { DataTable, Figure } from "../charts/Figure";
import { Plot } from "../charts/Plot";
import { findOutput } from "../kinds";
import { formatFigure, formatNumber, Told, t, translate } from "../language";
import type { Explanation, Manifest } from "../manifest";
import { Ranges } from "./Range";

const MOST = 12;

export function Whole({ model }: { model: Manifest }) {
  const { explanation } = model;
  if (!explanation) return <p>{t("card.nothing_measured")}</p>;
  const checks = [...(explanation.trial ?? []), ...explanation.faithfulness];
  return (
    <>
      <p>
        <Told of={model} text={explanation.method} />
      </p>
      <Importance model={model} explanation={explanation} />
      <Dependence model={model} explanation={explanation} />
      {checks.length > 0 && (
        <details>
          <summary>{t("card.faithfulness")}</summary>
          <DataTable
            caption={t("card.faithfulness")}
            head={[t("card.check"), t("card.measure"), t("card.column_value"), t("card.column_n")]}
            rows={checks.map((one) => [
              <Told key="check" of={model} text={one.check} />,
              <Told key="measure" of={model} text={one.measure} />,
              writeMeasured(one),
              formatNumber(one.n),
            ])}
          />
        </details>
      )}
    </>
  );
}

function Choice(props: {
  label: string;
  choices: string[];
  name: (choice: string) => string;
  chosen: string;
  onChange: (choice: string) => void;
}) {
  return (
    <label class="target">
      {props.label}{" "}
      <select value={props.chosen} onChange={(event) => props.onChange(event.currentTarget.value)}>
        {props.choices.map((choice) => (
          <option key={choice} value={choice}>
            {props.name(choice)}
          </option>
        ))}
      </select>
    </label>
  );
}

const nameTarget = (model: Manifest, of: string) => findOutput(model).nameTarget(model, of);

const list = (values: string[]) => [...new Set(values)];

/** A figure, with its interval if it has one. */
function writeMeasured({ value, low, high }: Explanation["faithfulness"][number]) {
  if (low === undefined || high === undefined) return formatFigure(value);
  const ends = { low: formatFigure(low), high: formatFigure(high) };
  return `${formatFigure(value)} ${t("figure.interval", ends)}`;
}

function Importance({ model, explanation }: { model: Manifest; explanation: Explanation }) {
  const all = explanation.importance;
  const [of, setOf] = useState(explanation.decision?.target ?? all[0]?.of ?? "");
  const [group, setGroup] = useState("all");
  if (!all.length) return null;
  const shown = all
    .filter((one) => one.of === of && one.group === group)
    .sort((a, b) => b.value - a.value)
    .slice(0, MOST);
  return (
    <>
      <p class="choices">
        <Choice
          label={t("card.of")}
          choices={list(all.map((one) => one.of))}
          name={(of) => nameTarget(model, of)}
          chosen={of}
          onChange={setOf}
        />
        <Choice
          label={t("card.column_group")}
          choices={list(all.map((one) => one.group))}
          name={(group) => translate(model, group)}
          chosen={group}
          onChange={setGroup}
        />
      </p>
      <Ranges
        caption={t("card.importance", {
          n: shown[0]?.n ?? 0,
          of: nameTarget(model, of),
          group: translate(model, group),
        })}
        figures={shown}
        name={(one) => <Told of={model} text={one.part} />}
        write={(one) => formatFigure(one.value)}
        domain={[0, Math.max(...shown.map((one) => one.high), 1e-9)]}
      />
    </>
  );
}

function Dependence({ model, explanation }: { model: Manifest; explanation: Explanation }) {
  const numeric = explanation.dependence.filter(
    (one) => one.group === "all" && one.values.every((value) => typeof value === "number"),
  );
  const names = numeric.map((one) => `${one.feature} · ${one.of}`);
  const nameChoice = (choice: string) => {
    const one = numeric[names.indexOf(choice)];
    return one ? `${translate(model, one.feature)} · ${nameTarget(model, one.of)}` : choice;
  };
  const [chosen, setChosen] = useState(names[0] ?? "");
  const curve = numeric[names.indexOf(chosen)];
  if (!curve) return null;
  const feature = translate(model, curve.feature);
  const of = nameTarget(model, curve.of);
  const points = curve.values.map((value, i): [number, number] => [
    Number(value),
    curve.answers[i] ?? 0,
  ]);
  const [xs, ys] = [points.map(([a]) => a), points.map(([, b]) => b)];
  return (
    <>
      <Choice
        label={t("card.dependence")}
        choices={names}
        name={nameChoice}
        chosen={chosen}
        onChange={setChosen}
      />
      <Figure
        title={t("card.dependence_of", { feature, of })}
        head={[feature, of]}
        rows={points.map(([a, b]) => [formatNumber(a), formatFigure(b)])}
      >
        <Plot
          label={t("card.dependence_of", { feature, of })}
          height={220}
          x={{
            domain: [Math.min(...xs), Math.max(...xs)],
            label: feature,
            format: formatNumber,
          }}
          y={{
            domain: [Math.min(0, ...ys), Math.max(...ys)],
            label: of,
            format: formatNumber,
          }}
        >
          {({ x, y }) => (
            <path
              class="curve"
              d={
                line<[number, number]>(
                  ([a]) => x(a),
                  ([, b]) => y(b),
                )(points) ?? ""
              }
            />
          )}
        </Plot>
      </Figure>
    </>
  );
}
