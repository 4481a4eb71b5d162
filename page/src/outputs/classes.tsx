// One label of several, each with its probability, those of the prediction set marked.
import { Bars } from "../charts/Bars";
import type {
  Classes,
  ManifestLabelTarget,
  ManifestRightAnswersTarget,
  PredictionSet,
} from "../contract";
import { formatPercent, Told, t, translate } from "../language";
import type { AnswerProps, Giving, OutputRoom } from "../rooms";

type Model = Giving<"classes">;
type Target = ManifestLabelTarget | ManifestRightAnswersTarget;

export const classes: OutputRoom<Model, Classes, PredictionSet, Target> = {
  name: { en: "class", zh: "分类" },
  question: { en: "Which kind is it?", zh: "属于哪一类？" },
  Answer,
  listClaims: (model, { label, probabilities }) => [
    ...Object.entries(probabilities).map(([label, value]) => ({
      target: { kind: "label" as const, label },
      value,
      name: <Told of={model} text={label} />,
    })),
    {
      target: { kind: "right_answers" },
      value: probabilities[label] ?? 0,
      name: t("similar.right"),
    },
  ],
  nameCurve: (model, target) =>
    target.kind === "label"
      ? t("curve.share", { of: translate(model, target.label) })
      : t("curve.right_answers"),
  nameTarget: translate,
  writeCells: ({ label, probabilities }, interval) => ({
    label,
    ...Object.fromEntries(
      Object.entries(probabilities).map(([name, share]) => [nameProbability(name), share]),
    ),
    ...(interval ? { interval_labels: interval.labels.join("; ") } : {}),
    ...(interval?.coverage_unknown
      ? { interval_coverage_unknown: interval.coverage_unknown.join("; ") }
      : {}),
  }),
};

const nameProbability = (label: string) => `probability_${label.replace(/[^\w.-]+/g, "_")}`;

function Answer({ model, output, interval }: AnswerProps<Model, Classes, PredictionSet>) {
  const ordered = Object.entries(output.probabilities).sort(([, a], [, b]) => b - a);
  const within = new Set(interval?.labels ?? []);
  return (
    <>
      <p class="verdict">
        <Told of={model} text={output.label} />{" "}
        {formatPercent(output.probabilities[output.label] ?? 0)}
      </p>
      {interval && (
        <p class="interval">
          {t("classes.set", { share: formatPercent(interval.coverage, 0), count: within.size })}{" "}
          <Labels of={model} labels={interval.labels} />
        </p>
      )}
      {interval?.coverage_unknown && (
        <p class="interval">
          {t("classes.unknown")} <Labels of={model} labels={interval.coverage_unknown} />
        </p>
      )}
      <Bars
        caption={t("classes.caption")}
        head={[t("classes.label"), t("classes.probability")]}
        bars={ordered.map(([label, probability]) => ({
          name: <Told of={model} text={label} />,
          share: probability,
          text: formatPercent(probability),
          note: within.has(label) && <span class="mark">{t("classes.within")}</span>,
        }))}
      />
    </>
  );
}

function Labels({ of: model, labels }: { of: Model; labels: string[] }) {
  return (
    <>
      {labels.map((label, i) => (
        <span key={label}>
          {i > 0 && " · "}
          <Told of={model} text={label} />
        </span>
      ))}
    </>
  );
}
