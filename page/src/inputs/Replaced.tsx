// What a pasted table replaced, and the way back.
import type { Row } from "../ask/draft";
import { t } from "../language";

export interface Replacement {
  before: Row[];
  after: Row[];
  /** How many rows had been filled in. */
  held: number;
}

export function Replaced(props: { replacement: Replacement; onUndo: () => void }) {
  const { after, held } = props.replacement;
  return (
    <p class="replaced" role="status">
      <span>
        {t("history.taken", { count: after.length })}{" "}
        {held > 0 && t("history.replaced", { count: held })}
      </span>
      {held > 0 && (
        <button type="button" class="quiet" onClick={props.onUndo}>
          {t("history.undo")}
        </button>
      )}
    </p>
  );
}
