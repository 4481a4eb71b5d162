// What the service says, in the language of the page as far as that is known.
import { convertFact, useEntered } from "./ask/entered";
import type { Fact } from "./facts";
import { getLanguage, t, translate } from "./language";
import type { Feature, Manifest } from "./manifest";
import { say } from "./words";

/** A sentence by its fact; what stays English in it says so, as does the service's own text of it. */
export function Said(props: {
  of?: Manifest;
  fact: Partial<Fact> & { field?: string | null };
  text: string;
}) {
  const { of, fact, text } = props;
  const parts = say(convertFact(fact, useEntered()), of) ?? [
    { text, isEnglish: getLanguage() !== "en" },
  ];
  return (
    <span>
      {parts.map((part, i) =>
        part.isEnglish ? (
          <span lang="en" key={i}>
            {part.text}
          </span>
        ) : (
          part.text
        ),
      )}
    </span>
  );
}

/** A field as the service names it; a feature by its name and row, as the form has it. */
export function FieldName(props: { of: Manifest; features: Feature[]; field: string }) {
  const { of, features, field } = props;
  const [, row, last = field] = /^\w+(?:\[(\d+)\])?\.(\w+)$/.exec(field) ?? [];
  const name = translate(of, last);
  if (name === last && !features.some((one) => one.name === last)) return <code>{field}</code>;
  return <b>{row ? t("ask.cell", { name, row: Number(row) + 1 }) : name}</b>;
}
