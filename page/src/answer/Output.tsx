// The answer itself, by its kind.
import type { Instance, Manifest } from "../manifest";
import type {
  Bounds,
  Classes,
  Policy,
  PolicyBands,
  Prediction,
  PredictionSet,
  Value,
} from "../predictions";
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
      return (
        <ClassesAnswer
          model={model}
          output={output as Classes}
          interval={interval as PredictionSet | undefined}
        />
      );
    case "value":
      return (
        <ValueAnswer
          model={model}
          output={output as Value}
          interval={interval as Bounds | undefined}
        />
      );
    case "policy":
      return (
        <PolicyAnswer
          model={model}
          output={output as Policy}
          interval={interval as PolicyBands | undefined}
        />
      );
  }
}
