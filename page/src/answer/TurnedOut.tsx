// What was observed where the model had said much the same: the plainest reason to believe it, or not.
import { DataTable } from "../charts/Figure";
import { formatCount, formatDays, formatNumber, formatPercent, Told, t } from "../language";
import type { Manifest } from "../manifest";
import type { Prediction } from "../predictions";
import { withUnit } from "../units";
import { listSimilar, type Similar } from "./similar";

export function TurnedOut({ model, prediction }: { model: Manifest; prediction: Prediction }) {
  const similar = listSimilar(model, prediction);
  if (!similar.length) return null;
  const unit = model.output.kind === "value" ? model.output.unit : undefined;
  const write = (value: number) =>
    unit === undefined ? formatPercent(value) : withUnit(formatNumber(value, 3), unit);
  return (
    <div class="turned-out">
      <h4>{t("similar.heading")}</h4>
      <p class="help">{t("similar.help")}</p>
      <DataTable
        caption={t("similar.heading")}
        head={(["of", "here", "theirs", "observed", "n"] as const).map((name) =>
          t(`similar.${name}`),
        )}
        rows={similar.map((one) => {
          const { predicted, observed, n } = one.nearest;
          const interval = { low: write(observed.low), high: write(observed.high) };
          return [
            <Name key="of" model={model} similar={one} />,
            write(one.value),
            write(predicted.value),
            one.beyond
              ? t("similar.beyond")
              : `${write(observed.value)} ${t("figure.interval", interval)}`,
            one.beyond ? "–" : formatCount(n),
          ];
        })}
      />
    </div>
  );
}

function Name({ model, similar }: { model: Manifest; similar: Similar }) {
  const { target } = similar;
  switch (target.kind) {
    case "risk":
      return <>{t("survival.risk", { time: formatDays(target.day) })}</>;
    case "label":
      return <Told of={model} text={target.label} />;
    case "outcome":
      return <Told of={model} text={target.outcome} />;
    case "right_answers":
      return <>{t("similar.right")}</>;
    case "value":
      return <>{t("value.answer")}</>;
  }
}
