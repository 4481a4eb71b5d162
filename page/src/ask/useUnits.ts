// The units that values may come in: nothing is entered before they are known.
import { useEffect, useState } from "preact/hooks";
import type { Manifest } from "../manifest";
import { readUnits, type Units } from "../service";

export function useUnits(model: Manifest, fail: (error: unknown) => void) {
  const [units, setUnits] = useState<Units>();
  const loadUnits = async () => {
    if (units) return units;
    const told = await readUnits(model);
    setUnits(told);
    return told;
  };
  useEffect(() => {
    loadUnits().catch(fail);
  }, [model]);
  return { units, loadUnits };
}
