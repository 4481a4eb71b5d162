// What the service says, which speaks English, in the language of the page as far as that is known.
import zh from "../locales/service.zh.json";
import { getLanguage, t, translate } from "./language";
import type { Manifest } from "./manifest";
import { listTerms, makeSayer } from "./sentences";
import { spellOut } from "./spelling";
import { showUnit } from "./units";

const SAYERS = { zh: makeSayer(zh) };

/** A sentence; what stays English in it says so. */
export function Said({ of, text }: { of?: Manifest; text: string }) {
  const language = getLanguage();
  if (language === "en") return <span>{spellOut(of, text, showUnit)}</span>;
  const parts = SAYERS[language](text, listTerms(of, language, showUnit));
  return (
    <span>
      {parts.map((part, i) =>
        part.known ? (
          part.text
        ) : (
          <span lang="en" key={i}>
            {part.text}
          </span>
        ),
      )}
    </span>
  );
}

/** A field as the service names it; a feature by its name and row, as the form has it. */
export function FieldName({ of, field }: { of: Manifest; field: string }) {
  const [, row, last = field] = /^\w+(?:\[(\d+)\])?\.(\w+)$/.exec(field) ?? [];
  const features = "features" in of.input ? of.input.features : [];
  const name = translate(of, last);
  if (name === last && !features.some((one) => one.name === last)) return <code>{field}</code>;
  return <b>{row ? t("ask.cell", { name, row: Number(row) + 1 }) : name}</b>;
}
