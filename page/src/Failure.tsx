// Why the service did not answer, in its own words where it has any.
import { t } from "./language";
import { Said } from "./Said";
import type { Refusal } from "./service";

export function Failure({ refusal }: { refusal: Refusal }) {
  return (
    <div class="failure" role="alert">
      {refusal.message ? (
        <Said text={refusal.message} />
      ) : (
        t(refusal.status === 0 ? "page.unreachable" : "page.failed", { status: refusal.status })
      )}
    </div>
  );
}
