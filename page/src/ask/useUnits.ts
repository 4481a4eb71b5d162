// The units that values may come in: nothing is entered, and no file is read, before they are known.
import { useEffect, useRef, useState } from "preact/hooks";
import type { Manifest } from "../manifest";
import { readUnits, type Units } from "../service";

export function useUnits(model: Manifest, fail: (error: unknown) => void) {
  const [units, setUnits] = useState<Units>();
  const asked = useRef<Promise<Units> | undefined>(undefined);
  /** Asks once, and again after a failure. */
  const loadUnits = () => {
    asked.current ??= readUnits(model).then(
      (told) => {
        setUnits(told);
        return told;
      },
      (error) => {
        asked.current = undefined;
        throw error;
      },
    );
    return asked.current;
  };
  useEffect(() => {
    loadUnits().catch(fail);
  }, [model]);
  return { units, loadUnits };
}
