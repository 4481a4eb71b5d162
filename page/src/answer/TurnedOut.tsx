// What was observed where the model had said much the same: the plainest reason to believe it, or not.
import { DataTable } from "../charts/Figure";
import { findOutput } from "../kinds";
import { formatCount, formatNumber, formatPercent, t } from "../language";
import type { Manifest } from "../manifest";
import type { Prediction } from "../predictions";
import { withUnit } from "../units";
import { listSimilar } from "./similar";

export function TurnedOut({ model, prediction }: { model: Manifest; prediction: Prediction }) {
  const similar = listSimilar(model, prediction);
  if (!similar.length) return null;
  const output = findOutput(model);
  return (
    <details class="turned-out">
      <summary>{t("similar.heading")}</summary>
      <p class="help">{t("similar.help")}</p>
      <DataTable
        caption={t("similar.heading")}
        head={(["of", "here", "predicted", "observed", "n"] as const).map((name) =>
          t(`similar.${name}`),
        )}
        rows={similar.map((one) => {
          const { predicted, observed, n } = one.nearest;
          const unit = output.findUnit?.(model, one.target);
          const write = (value: number) =>
            unit === undefined ? formatPercent(value) : withUnit(formatNumber(value, 3), unit);
          const interval = { low: write(observed.low), high: write(observed.high) };
          return [
            one.name,
            write(one.value),
            write(predicted.value),
            <>
              <span class="was-observed">{write(observed.value)}</span>
              {` ${t("figure.interval", interval)} `}
              {one.beyond && <span class="aside">{t("similar.beyond")}</span>}
            </>,
            formatCount(n),
          ];
        })}
      />
    </details>
  );
}
