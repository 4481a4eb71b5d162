// Whether the reader wants SI or conventional units: the one thing that the browser stores.
export const SYSTEMS = ["si", "conventional"] as const;
export type System = (typeof SYSTEMS)[number];

const KEY = "units";

/** The choice of an earlier visit, if there was one and the browser lets it be read. */
export function readSystem(): System | undefined {
  try {
    return SYSTEMS.find((system) => system === localStorage.getItem(KEY));
  } catch {
    return undefined;
  }
}

export function keepSystem(system: System | undefined) {
  try {
    if (system) localStorage.setItem(KEY, system);
    else localStorage.removeItem(KEY);
  } catch {
    // where nothing may be stored, the choice lasts as long as the page
  }
}
