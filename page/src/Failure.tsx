// Why the service did not answer, in its own words where it has any.
import { t } from "./language";
import { Said } from "./Said";
import type { Refusal } from "./service";

/** What the page says where the service did not answer itself, but a gateway or nobody. */
const OWN: Record<number, string> = {
  0: "page.unreachable",
  401: "page.unauthorised",
  403: "page.forbidden",
  413: "page.too_large",
  429: "page.too_many",
};

/** Whether it may be answered when it is asked once more: not reached, too busy, or failed. */
const isPassing = ({ status }: Refusal) => status === 0 || status === 429 || status >= 500;

/** `onRetry`: what asks once more, where nothing else on the view does. */
export function Failure({ refusal, onRetry }: { refusal: Refusal; onRetry?: () => void }) {
  return (
    <div class="failure" role="alert">
      {refusal.message ? (
        <Said fact={refusal.fact} text={refusal.message} />
      ) : (
        t(OWN[refusal.status] ?? "page.failed", { status: refusal.status })
      )}
      {onRetry && isPassing(refusal) && (
        <p class="buttons">
          <button type="button" class="quiet" onClick={onRetry}>
            {t("page.retry")}
          </button>
        </p>
      )}
    </div>
  );
}
