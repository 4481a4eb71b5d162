// Sliders that ask again at once: what the model would have said of other values.
import { useEffect, useRef, useState } from "preact/hooks";
import { formatNumber, Told, t } from "../language";
import type { Instance, Manifest, NumberFeature, SeriesInput, TabularInput } from "../manifest";
import type { Prediction } from "../predictions";
import { Said } from "../Said";
import { predict } from "../service";
import { withUnit } from "../units";
import { Output } from "./Output";

const STEPS = 200;

export function WhatIf(props: {
  model: Manifest;
  input: TabularInput | SeriesInput;
  instance: Instance;
  was: Prediction;
}) {
  const { model, input, instance } = props;
  const [changed, setChanged] = useState<Instance>({});
  const { prediction, failed } = useAnswers(model, instance, changed, input);
  const { values, change } = openValues(input, instance);
  const numbers = listNumbers(input, values);
  const isChanged = Object.keys(changed).length > 0;
  return (
    <details class="what-if">
      <summary>{t("whatif.heading")}</summary>
      <p class="help">
        {t("whatif.help")} {input.kind === "series" && t("whatif.newest")}
      </p>
      <div class="sliders">
        {numbers.map((feature) => (
          <Slider
            key={feature.name}
            model={model}
            feature={feature}
            value={Number(changed[feature.name] ?? values[feature.name] ?? Number.NaN)}
            onChange={(value) => setChanged((now) => ({ ...now, [feature.name]: value }))}
          />
        ))}
      </div>
      <p>
        <button type="button" class="quiet" disabled={!isChanged} onClick={() => setChanged({})}>
          {t("whatif.reset")}
        </button>
      </p>
      <div class="what-if-answer" aria-live="polite">
        {isChanged && failed && <p class="problem">{t("whatif.failed")}</p>}
        {isChanged && prediction && (
          <>
            <h4>{t("whatif.answer")}</h4>
            {prediction.output ? (
              <Output model={model} instance={change(changed)} prediction={prediction} />
            ) : (
              <p class="doubt stop">
                <strong>{t("answer.abstained")}</strong>{" "}
                <Said of={model} fact={prediction} text={prediction.reason ?? ""} />
              </p>
            )}
          </>
        )}
      </div>
    </details>
  );
}

/** The values that can be changed, of a history those of its newest row, and how that is done. */
function openValues(input: TabularInput | SeriesInput, instance: Instance) {
  if (input.kind === "tabular")
    return { values: instance, change: (changed: Instance) => ({ ...instance, ...changed }) };
  const rows = instance[input.field] as Instance[];
  const [first] = input.features; // which the contract says is the time
  const time = (row: Instance) => Number(first && row[first.name]);
  const newest = rows.reduce((one, other) => (time(other) >= time(one) ? other : one));
  const change = (changed: Instance): Instance => ({
    [input.field]: rows.map((row) => (row === newest ? { ...row, ...changed } : row)),
  });
  return { values: newest, change };
}

/** The numbers that sliders move; of a history those that its newest row holds, but not its time. */
function listNumbers(input: TabularInput | SeriesInput, values: Instance): NumberFeature[] {
  const features = input.kind === "tabular" ? input.features : input.features.slice(1);
  return features
    .filter((feature) => feature.type === "number")
    .filter((feature) => input.kind === "tabular" || typeof values[feature.name] === "number");
}

/** The newest answer to the changed instance; one request at a time, the last change wins. */
function useAnswers(
  model: Manifest,
  instance: Instance,
  changed: Instance,
  input: TabularInput | SeriesInput,
) {
  const [prediction, setPrediction] = useState<Prediction>();
  const [failed, setFailed] = useState(false);
  const running = useRef<AbortController | undefined>(undefined);
  useEffect(() => {
    running.current?.abort();
    if (Object.keys(changed).length === 0) return;
    const controller = new AbortController();
    running.current = controller;
    const { signal } = controller;
    predict(model, [openValues(input, instance).change(changed)], {}, signal).then(
      (told) => {
        setPrediction(told.predictions[0]);
        setFailed(false);
      },
      () => signal.aborted || setFailed(true),
    );
  }, [model, input, instance, changed]);
  return { prediction, failed };
}

function Slider(props: {
  model: Manifest;
  feature: NumberFeature;
  value: number;
  onChange: (value: number) => void;
}) {
  const { feature, value } = props;
  const { low, high } = feature.training_range;
  const known = Number.isFinite(value);
  const shown = known ? withUnit(formatNumber(value, 3), feature.unit) : t("whatif.missing");
  return (
    <label class="slider">
      <span>
        <Told of={props.model} text={feature.description} label /> <output>{shown}</output>
      </span>
      <input
        type="range"
        autocomplete="off"
        min={Math.min(low, known ? value : low)}
        max={Math.max(high, known ? value : high)}
        step={(high - low) / STEPS}
        value={known ? value : (low + high) / 2}
        aria-valuetext={shown}
        onInput={(event) =>
          props.onChange(Number(Number(event.currentTarget.value).toPrecision(4)))
        }
      />
    </label>
  );
}
