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
import { nameColumn } from "./columns";

type Model = Giving<"classes">;
type Target = ManifestLabelTarget | ManifestRightAnswersTarget;

export const classes: OutputRoom<Model, Classes, PredictionSet, Target> = {
  name: { en: "class", zh: "分类" },
  question: { en: "Which kind is it?", zh: "属于哪一类？" },
  Verdict,
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
      Object.entries(probabilities).map(([name, share]) => [
        nameColumn(`probability_${name}`),
        share,
      ]),
    ),
    ...(interval ? { interval_labels: interval.labels.join("; ") } : {}),
    ...(interval?.coverage_unknown
      ? { interval_coverage_unknown: interval.coverage_unknown.join("; ") }
      : {}),
  }),
};

const order = ({ probabilities }: Classes) =>
  Object.entries(probabilities).sort(([, a], [, b]) => b - a);

/** How many labels of a set are named large; a longer one is told by their number. */
const MOST = 4;

/** The labels of the prediction set, the likeliest first; without a set the one that is named. */
function Verdict({ model, output, interval }: AnswerProps<Model, Classes, PredictionSet>) {
  const within = new Set([output.label, ...(interval?.labels ?? [])]);
  const named = order(output).filter(([label]) => within.has(label));
  const more = named.length - MOST;
  return (
    <div class="told">
      <p class="verdict">
        {named.slice(0, MOST).map(([label, probability], i) => (
          <span key={label}>
            {i > 0 && t("classes.or")}
            <Told of={model} text={label} /> {formatPercent(probability)}
          </span>
        ))}
        {more > 0 && t("classes.or_more", { count: more })}
      </p>
      {interval && (
        <p class="interval">
          {t(interval.labels.length > 1 ? "classes.set" : "classes.alone", {
            share: formatPercent(interval.coverage, 0),
          })}
        </p>
      )}
      {interval?.coverage_unknown && (
        <p class="interval">
          {t("classes.unknown")} <Labels of={model} labels={interval.coverage_unknown} />
        </p>
      )}
    </div>
  );
}

function Answer({ model, output, interval }: AnswerProps<Model, Classes, PredictionSet>) {
  const within = new Set(interval?.labels ?? []);
  return (
    <Bars
      caption={t("classes.caption")}
      head={[t("classes.label"), t("classes.probability")]}
      bars={order(output).map(([label, probability]) => ({
        name: <Told of={model} text={label} />,
        share: probability,
        text: formatPercent(probability),
        note: within.has(label) && <span class="mark">{t("classes.within")}</span>,
      }))}
    />
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
