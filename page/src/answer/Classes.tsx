// The labels as bars, those of the prediction set marked.
import { Bars } from "../charts/Bars";
import { formatPercent, Told, t } from "../language";
import type { Manifest } from "../manifest";
import type { Classes, PredictionSet } from "../predictions";

export function ClassesAnswer(props: {
  model: Manifest;
  output: Classes;
  interval: PredictionSet | undefined;
}) {
  const { model, output, interval } = props;
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
          {[...within].map((label, i) => (
            <span key={label}>
              {i > 0 && " · "}
              <Told of={model} text={label} />
            </span>
          ))}
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
