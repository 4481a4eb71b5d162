// Those of one name together, in the order in which the names come.

export function gather<Of>(all: Of[], name: (one: Of) => string): [name: string, of: Of[]][] {
  const found = new Map<string, Of[]>();
  for (const one of all) {
    const key = name(one);
    found.set(key, [...(found.get(key) ?? []), one]);
  }
  return [...found];
}
