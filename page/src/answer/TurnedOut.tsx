// What was observed where the model had said much the same: the plainest reason to believe it, or not.
import { DataTable } from "../charts/Figure";
import { findOutput } from "../kinds";
import { formatCount, formatNumber, formatPercent, t } from "../language";
import type { Manifest } from "../manifest";
import type { Prediction } from "../predictions";
import { withUnit } from "../units";
import { listSimilar } from "./similar";

export function TurnedOut({ model, prediction }: { model: Manifest; prediction: Prediction }) {
  const similar = prediction.output ? listSimilar(model, prediction.output) : [];
  if (!similar.length) return null;
  const unit = findOutput(model).findUnit?.(model);
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
            one.name,
            write(one.value),
            write(predicted.value),
            <>
              {`${write(observed.value)} ${t("figure.interval", interval)} `}
              {one.beyond && <span class="aside">{t("similar.beyond")}</span>}
            </>,
            formatCount(n),
          ];
        })}
      />
    </div>
  );
}
