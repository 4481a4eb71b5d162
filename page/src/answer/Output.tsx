// The answer itself, by its kind.
import type { Instance, Manifest } from "../manifest";
import type { Classes, Policy, Prediction, Value } from "../predictions";
import { ClassesAnswer } from "./Classes";
import { PolicyAnswer } from "./Policy";
import { SurvivalAnswer } from "./Survival";
import { ValueAnswer } from "./Value";

export function Output(props: { model: Manifest; instance: Instance; prediction: Prediction }) {
  const { model, prediction } = props;
  const { output, interval } = prediction;
  const kind = model.output.kind;
  switch (kind) {
    case "survival":
      return <SurvivalAnswer model={model} prediction={prediction} />;
    case "classes":
      return <ClassesAnswer model={model} output={output as Classes} interval={interval} />;
    case "value":
      return <ValueAnswer model={model} output={output as Value} interval={interval} />;
    case "policy":
      return <PolicyAnswer model={model} output={output as Policy} interval={interval} />;
  }
}
