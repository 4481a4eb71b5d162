// What a field for one value is given, and the unit that it has.
import type { Feature, Manifest } from "../manifest";
import type { Problem } from "../predictions";
import type { Units } from "../service";
import type { Cell } from "./draft";
import type { System } from "./system";
import { chooseUnit } from "./usual";

export interface ValueProps {
  model: Manifest;
  feature: Feature;
  cell: Cell;
  units: Units;
  problem: Problem | undefined;
  onChange: (cell: Cell) => void;
}

export interface FieldProps extends ValueProps {
  /** Whose units a field begins with. */
  system: System | undefined;
  /** A usual value, of a number. */
  usual: number | undefined;
  /** Whether what was asked was found unlike all that the model knows. */
  doubted: boolean;
  /** The value is whole: it may be read. */
  onSettle: () => void;
}

/** What the problem of a number is called that has no unit. */
export const UNIT_MISSING = "unit_missing";

/** The unit of a field: as chosen, or the one to begin with; none where the reader must choose. */
export function findUnit(
  props: Pick<FieldProps, "feature" | "cell" | "units" | "system">,
): string | undefined {
  const { feature, cell, units, system } = props;
  if (feature.type !== "number") return undefined;
  return cell.unit ?? chooseUnit(feature, units[feature.name] ?? [], system);
}
