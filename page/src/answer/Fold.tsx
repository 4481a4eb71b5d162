// On a phone the form folds to one line once there is an answer, which then comes first.
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { t } from "../language";
import type { Instance } from "../manifest";

export function Fold(props: {
  /** When it was asked: each answer folds the form anew. */
  of: Date | undefined;
  name: string;
  instance: Instance | undefined;
  children: ComponentChildren;
}) {
  const { of, name, instance } = props;
  const [opened, setOpened] = useState<Date>();
  const folded = of !== undefined && opened !== of;
  const all = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    // the button that was pressed is gone
    if (opened) all.current?.querySelector<HTMLElement>("form input, form select")?.focus();
  }, [opened]);
  return (
    <div class={folded ? "ask folded" : "ask"} ref={all}>
      {folded && instance && (
        <p class="fold">
          <span>{t("answer.folded", { heading: name, count: countValues(instance) })}</span>
          <button type="button" class="quiet" aria-expanded={false} onClick={() => setOpened(of)}>
            {t("answer.change")}
          </button>
        </p>
      )}
      {props.children}
    </div>
  );
}

/** How many values there are, in all rows where there are several. */
const countValues = (value: unknown): number =>
  typeof value === "object" && value !== null
    ? Object.values(value).reduce((sum: number, one) => sum + countValues(one), 0)
    : Number(value !== null && value !== undefined);
