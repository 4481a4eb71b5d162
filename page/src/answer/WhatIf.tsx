// Sliders that ask again at once: what the model would have said of other values.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { useEntered, writeAmount } from "../ask/entered";
import { FieldLabel } from "../ask/Label";
import { findInput } from "../kinds";
import { t } from "../language";
import type { Instance, Manifest, NumberFeature } from "../manifest";
import type { Prediction } from "../predictions";
import type { Movable } from "../rooms";
import { Said } from "../Said";
import { predict } from "../service";
import { Drawn, Verdict } from "./Output";

const STEPS = 200;

export function WhatIf({ model, instance }: { model: Manifest; instance: Instance }) {
  const movable = useMemo(() => findInput(model).findMovable?.(model, instance), [model, instance]);
  return movable ? <Sliders model={model} movable={movable} /> : null;
}

function Sliders({ model, movable }: { model: Manifest; movable: Movable }) {
  const { features, values, change, help } = movable;
  const [changed, setChanged] = useState<Instance>({});
  const { prediction, failed } = useAnswers(model, change, changed);
  const isChanged = Object.keys(changed).length > 0;
  return (
    <details class="what-if">
      <summary>{t("whatif.heading")}</summary>
      <p class="help">
        {t("whatif.help")} {help?.()}
      </p>
      <div class="sliders">
        {features.map((feature) => (
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
              <>
                <Verdict model={model} prediction={prediction} />
                <Drawn model={model} prediction={prediction} />
              </>
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

/** The newest answer to the changed instance; one request at a time, the last change wins. */
function useAnswers(model: Manifest, change: Movable["change"], changed: Instance) {
  const [prediction, setPrediction] = useState<Prediction>();
  const [failed, setFailed] = useState(false);
  const running = useRef<AbortController | undefined>(undefined);
  useEffect(() => {
    running.current?.abort();
    if (Object.keys(changed).length === 0) return;
    const controller = new AbortController();
    running.current = controller;
    const { signal } = controller;
    predict(model, [change(changed)], {}, signal).then(
      (told) => {
        setPrediction(told.predictions[0]);
        setFailed(false);
      },
      () => signal.aborted || setFailed(true),
    );
  }, [model, change, changed]);
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
  const entered = useEntered();
  const shown = known ? writeAmount(feature, value, entered, 3) : t("whatif.missing");
  return (
    <label class="slider">
      <span>
        <FieldLabel model={props.model} feature={feature} /> <output>{shown}</output>
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
