// What a field is called: its description, but for what that says of units, which stand beside it.
import { findWords } from "../language";
import type { Feature, Manifest } from "../manifest";
import { showUnit } from "../units";

const UNIT = /\bunits?\b|单位/;
const FIRST_CLAUSE = /^([^,，;；]+)[,，;；]\s*(.+)$/s;

export function FieldLabel({ model, feature }: { model: Manifest; feature: Feature }) {
  const own = findWords(model, feature.description);
  const whole = (own ?? feature.description).replace(/[.。]$/, "");
  const [, first = whole, rest = ""] = FIRST_CLAUSE.exec(whole) ?? [];
  const named = feature.type === "number" && feature.unit !== "1" ? feature.unit : undefined;
  const isOfUnit =
    UNIT.test(rest) ||
    (named !== undefined && (rest.includes(named) || rest.includes(showUnit(named))));
  return (
    <span lang={own === undefined ? "en" : undefined} title={isOfUnit ? whole : undefined}>
      {isOfUnit ? first : whole}
    </span>
  );
}
