// From one page of a long table to the next.
import { t } from "../language";

export function Pages(props: {
  label: string;
  page: number;
  count: number;
  onTurn: (page: number) => void;
}) {
  const { label, page, count, onTurn } = props;
  if (count < 2) return null;
  return (
    <nav class="buttons" aria-label={label}>
      <button type="button" class="quiet" disabled={!page} onClick={() => onTurn(page - 1)}>
        {t("file.before")}
      </button>
      <button
        type="button"
        class="quiet"
        disabled={page === count - 1}
        onClick={() => onTurn(page + 1)}
      >
        {t("file.next")}
      </button>
    </nav>
  );
}
