// An answer that is no longer of what the form holds: hatched, stamped where it is printed.
import type { ComponentChildren } from "preact";
import { t } from "../language";

export function Stale(props: { stale: boolean; onAgain: () => void; children: ComponentChildren }) {
  const { stale, onAgain, children } = props;
  return (
    <div class={stale ? "asked stale" : "asked"}>
      <div role="status">
        {stale && (
          <div class="stale-notice">
            <strong>{t("ask.stale")}</strong>
            <span class="stamp">{t("ask.stale_print")}</span>
            <button type="button" onClick={onAgain}>
              {t("ask.again")}
            </button>
          </div>
        )}
      </div>
      {children}
    </div>
  );
}
