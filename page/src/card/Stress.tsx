// What was tried on purpose: inputs that it is not made for, and the model given less or changed.
import { t } from "../language";
import type { Manifest } from "../manifest";
import { writeShare } from "./Coverage";
import { Forest, listChanged } from "./Forest";
import { MetricMatrix } from "./Groups";

export function Stress({ model }: { model: Manifest }) {
  const strange = model.card.metrics.filter((one) => one.cohort === "out_of_distribution");
  const changed = listChanged(model);
  if (!strange.length && !changed.length) return <p>{t("card.nothing_measured")}</p>;
  const refused = strange.filter(({ measure }) => measure === "abstention");
  const others = strange.filter(({ measure }) => measure !== "abstention");
  return (
    <>
      <p class="help">{t("card.stress_help")}</p>
      <MetricMatrix
        model={model}
        caption={t("card.refused")}
        figures={refused}
        within={[0, 1]}
        write={writeShare}
      />
      {others.length > 0 && (
        <details>
          <summary>{t("card.stress_more")}</summary>
          <MetricMatrix model={model} caption={t("card.stress_more")} figures={others} />
        </details>
      )}
      {changed.length > 0 && (
        <>
          <h4>{t("card.changed")}</h4>
          <Forest model={model} caption={t("card.changed")} figures={changed} />
        </>
      )}
    </>
  );
}
