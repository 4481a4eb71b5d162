// Where the atoms and bonds of a SMILES are drawn. smiles-drawer lays them out, and is loaded with the
// first molecule; it draws nothing itself, so that colours, themes and names are the page's own.

/** An atom, where it begins in the line (from 1), and what is written at it. */
export interface DrawnAtom {
  position: number;
  x: number;
  y: number;
  /** Nothing for a carbon of the skeleton. */
  label: string;
  hydrogens: number;
  charge: number;
  isotope: number;
  /** Whether what it is bound to lies to its right, so that its hydrogens are written on the left. */
  isLeft: boolean;
}

export interface DrawnBond {
  from: DrawnAtom;
  to: DrawnAtom;
  order: 1 | 2 | 3;
  wedge?: "up" | "down";
  /** In a ring its middle, where the second line of a double bond lies. */
  inside?: Point;
}

/** A ring whose bonds are aromatic, as a circle. */
export interface DrawnRing extends Point {
  radius: number;
}

export interface Structure {
  atoms: DrawnAtom[];
  bonds: DrawnBond[];
  rings: DrawnRing[];
  box: { left: number; top: number; width: number; height: number };
}

interface Point {
  x: number;
  y: number;
}

/** What is used of the library's own objects, which it does not type. */
interface Vertex {
  id: number;
  position: Point;
  neighbours: number[];
  value: {
    element: string;
    bracket: { charge?: number | null; isotope?: number | null } | null;
    isDrawn: boolean;
    countImplicitHydrogens(): number;
  };
}
interface Ring {
  center: Point;
  members: number[];
}
interface Layout {
  graph: {
    vertices: Vertex[];
    edges: { sourceId: number; targetId: number; bondType: string; wedge?: string | null }[];
  };
  rings: Ring[];
  initDraw(tree: unknown, theme: string, infoOnly: boolean, highlighted: unknown[]): void;
  processGraph(): void;
  isRingAromatic(ring: Ring): boolean;
  isRingRegularPolygon(ring: Ring): boolean;
}

// as the service reads them: see functions/medmaas/model/molecule/line.py
const ATOM = /\[[^[\]]+\]|Cl|Br|[BCNOPSFIbcnops*]|%\d\d|./gsu;
const SYMBOL = /^\[?\d*([A-Z][a-z]?|[a-z]{1,2}|\*)/;
const ACID = new Set(["O", "S", "F", "Cl", "Br", "I"]); // alone written as in HCl
const MARGIN = 22;
const ORDERS: Record<string, 1 | 2 | 3> = { "=": 2, "#": 3 };
const LONGEST = 400;

/** Where each atom of a line begins, from 1, and its element as the library writes it. */
function listWritten(line: string): { position: number; element: string }[] {
  return [...line.matchAll(ATOM)].flatMap(({ 0: token, index }) => {
    if (!/^(\[|[A-Za-z*])/.test(token)) return [];
    const symbol = SYMBOL.exec(token)?.[1] ?? "";
    return [{ position: index + 1, element: symbol.toLowerCase() }];
  });
}

/** Whether every ring that is opened is closed: the library would leave the bond out. */
function closesRings(line: string): boolean {
  const open = new Set<string>();
  for (const [number] of line.replace(/\[[^\]]*\]/g, "").matchAll(/%\d\d|\d/g)) {
    const name = String(Number(number.replace("%", "")));
    if (!open.delete(name)) open.add(name);
  }
  return open.size === 0;
}

/**
 * A molecule as it is drawn; nothing where it cannot be, or where the atoms that are drawn are not
 * surely those of the line.
 */
export async function layOut(line: string): Promise<Structure | undefined> {
  if (!line || line.length > LONGEST || /[\s>]/.test(line) || !closesRings(line)) return undefined;
  const { default: library } = await import("smiles-drawer");
  try {
    const drawer = new library.SvgDrawer({
      compactDrawing: false,
      explicitHydrogens: /\[\d*H[\]+]/.test(line), // where they are written, as heavy ones are
    });
    const layout = drawer.preprocessor as unknown as Layout;
    layout.initDraw(library.Parser.parse(line), "light", false, []);
    layout.processGraph();
    return read(layout, line);
  } catch {
    return undefined; // the line stays
  }
}

function read(layout: Layout, line: string): Structure | undefined {
  const { vertices, edges } = layout.graph;
  // a centre's hydrogen is an atom of the drawing, but none of the line
  const own = vertices.filter(({ value }) => value.element !== "H" || value.bracket);
  const written = listWritten(line);
  if (written.length !== own.length) return undefined;
  if (!own.every(({ value }, i) => value.element.toLowerCase() === written[i]?.element))
    return undefined;
  const isAlone = own.length === 1;
  const apart = edges.filter(({ bondType }) => bondType === ".").map(nameEdge); // parts of a salt
  const drawn = new Map<number, DrawnAtom>();
  own.forEach((vertex, i) => {
    drawn.set(vertex.id, readAtom(vertices, vertex, written[i]?.position ?? 0, isAlone, apart));
  });
  for (const vertex of vertices)
    if (!drawn.has(vertex.id) && vertex.value.isDrawn)
      drawn.set(vertex.id, readAtom(vertices, vertex, 0, false, apart));
  const atoms = [...drawn.values()];
  if (!atoms.every(({ x, y }) => Number.isFinite(x) && Number.isFinite(y))) return undefined;
  const bonds = edges.flatMap(({ sourceId, targetId, bondType, wedge }): DrawnBond[] => {
    const [from, to] = [drawn.get(sourceId), drawn.get(targetId)];
    if (!from || !to || bondType === ".") return [];
    const ring = findRing(layout.rings, sourceId, targetId);
    return [
      {
        from,
        to,
        order: ORDERS[bondType] ?? 1,
        ...(ring ? { inside: ring.center } : {}),
        ...(wedge === "up" || wedge === "down" ? { wedge } : {}),
      },
    ];
  });
  const rings = layout.rings
    .filter((ring) => layout.isRingAromatic(ring))
    .map((ring) => readRing(vertices, ring));
  return { atoms, bonds, rings, box: measure(atoms) };
}

function readAtom(
  vertices: Vertex[],
  { id, position, neighbours, value }: Vertex,
  place: number,
  isAlone: boolean,
  apart: string[],
): DrawnAtom {
  const charge = value.bracket?.charge ?? 0;
  const isotope = value.bracket?.isotope ?? 0;
  const isSkeleton = value.element === "C" && !charge && !isotope && !isAlone;
  const right = neighbours
    .filter((other) => !apart.includes(nameEdge({ sourceId: id, targetId: other })))
    .map((other) => (vertices[other]?.position.x ?? position.x) - position.x);
  return {
    position: place,
    x: position.x,
    y: position.y,
    label: isSkeleton ? "" : value.element,
    hydrogens: isSkeleton ? 0 : value.countImplicitHydrogens(),
    charge,
    isotope,
    isLeft: isAlone ? ACID.has(value.element) : right.length > 0 && right.every((step) => step > 1),
  };
}

const nameEdge = (edge: { sourceId: number; targetId: number }) =>
  [edge.sourceId, edge.targetId].sort((a, b) => a - b).join(" ");

/** The smallest ring of which a bond is part. */
const findRing = (rings: Ring[], one: number, other: number) =>
  rings
    .filter(({ members }) => members.includes(one) && members.includes(other))
    .sort((a, b) => a.members.length - b.members.length)[0];

function readRing(vertices: Vertex[], { members, center }: Ring): DrawnRing {
  const apart = members.map((id) => {
    const { x = 0, y = 0 } = vertices[id]?.position ?? {};
    return Math.hypot(x - center.x, y - center.y);
  });
  return { x: center.x, y: center.y, radius: 0.6 * Math.min(...apart) };
}

function measure(atoms: DrawnAtom[]): Structure["box"] {
  const [xs, ys] = [atoms.map(({ x }) => x), atoms.map(({ y }) => y)];
  const [left, top] = [Math.min(...xs) - MARGIN, Math.min(...ys) - MARGIN];
  return {
    left,
    top,
    width: Math.max(...xs) + MARGIN - left,
    height: Math.max(...ys) + MARGIN - top,
  };
}
