// How its reader wants things shown: all that the browser stores, and nothing of a patient.

/** The choice of an earlier visit, if it is one that is known and the browser lets it be read. */
export function recall<Choice extends string>(
  key: string,
  known: readonly Choice[],
): Choice | undefined {
  try {
    return known.find((one) => one === localStorage.getItem(key));
  } catch {
    return undefined;
  }
}

export function remember(key: string, choice: string | undefined) {
  try {
    if (choice) localStorage.setItem(key, choice);
    else localStorage.removeItem(key);
  } catch {
    // where nothing may be stored, the choice lasts as long as the page
  }
}
