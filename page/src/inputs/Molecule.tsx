// A molecule as chemists draw it; where an answer is explained, each atom by its share of it.
import { useEffect, useState } from "preact/hooks";
import type { DrawnAtom, DrawnBond, Structure } from "./structure";
import { layOut } from "./structure";

/** Undefined while it is laid out, null where it cannot be drawn. */
export function useStructure(line: string): Structure | null | undefined {
  const [found, setFound] = useState<{ line: string; structure: Structure | null }>();
  useEffect(() => {
    let isWanted = true;
    layOut(line).then(
      (structure) => isWanted && setFound({ line, structure: structure ?? null }),
      () => isWanted && setFound({ line, structure: null }),
    );
    return () => {
      isWanted = false;
    };
  }, [line]);
  return found?.line === line ? found.structure : undefined;
}

const GAP = 8; // what a letter keeps free of a bond
const APART = 2.6; // half the distance of the two lines of a double bond
const SHARE = 12; // the radius of an atom's share

export function Molecule(props: {
  structure: Structure;
  label: string;
  /** By where an atom begins in the line: from -1, lowers the answer most, to 1. */
  shares?: Map<number, number>;
  /** What is said of an atom where a pointer rests on it. */
  name?: (position: number) => string;
  class?: string;
}) {
  const { structure, label, shares } = props;
  const { left, top, width, height } = structure.box;
  return (
    <svg
      class={props.class ? `molecule ${props.class}` : "molecule"}
      role="img"
      aria-label={label}
      viewBox={`${left} ${top} ${width} ${height}`}
      width={Math.round(1.3 * width)}
      height={Math.round(1.3 * height)}
    >
      {shares &&
        structure.atoms.map((atom) => (
          <Share
            key={`${atom.x} ${atom.y}`}
            atom={atom}
            share={shares.get(atom.position) ?? 0}
            name={props.name?.(atom.position)}
          />
        ))}
      {structure.bonds.map((bond, i) => (
        <Bond key={i} bond={bond} />
      ))}
      {structure.rings.map(({ x, y, radius }, i) => (
        <circle key={i} class="bond" cx={x} cy={y} r={radius} />
      ))}
      {structure.atoms.map(
        (atom) => atom.label && <Label key={`${atom.x} ${atom.y}`} atom={atom} />,
      )}
    </svg>
  );
}

/** A disc with a rim: solid where the atom raises the answer, dashed where it lowers it. */
function Share(props: { atom: DrawnAtom; share: number; name: string | undefined }) {
  const { atom, share, name } = props;
  if (!share) return null;
  return (
    <circle
      class={share < 0 ? "share down" : "share up"}
      data-position={atom.position}
      cx={atom.x}
      cy={atom.y}
      r={SHARE}
      fill-opacity={0.65 * Math.abs(share)}
      stroke-opacity={0.25 + 0.75 * Math.abs(share)}
    >
      <title>{name}</title>
    </circle>
  );
}

function Bond({ bond }: { bond: DrawnBond }) {
  return (
    <g data-between={`${bond.from.position} ${bond.to.position}`}>
      <Strokes bond={bond} />
    </g>
  );
}

function Strokes({ bond }: { bond: DrawnBond }) {
  const { from, to, order, inside, wedge } = bond;
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  const along = { x: (to.x - from.x) / length, y: (to.y - from.y) / length };
  const aside = { x: -along.y, y: along.x };
  const starts = from.label ? GAP : 0;
  const ends = to.label ? GAP : 0;
  /** A line beside the bond, drawn in by some at both ends. */
  const line = (shift: number, less = 0) => ({
    x1: from.x + along.x * (starts + less) + aside.x * shift,
    y1: from.y + along.y * (starts + less) + aside.y * shift,
    x2: to.x - along.x * (ends + less) + aside.x * shift,
    y2: to.y - along.y * (ends + less) + aside.y * shift,
  });
  if (wedge) {
    const { x1, y1, x2, y2 } = line(0);
    if (wedge === "up") {
      const corner = (side: number) => `${x2 + 3.5 * side * aside.x},${y2 + 3.5 * side * aside.y}`;
      return <polygon class="wedge" points={`${x1},${y1} ${corner(1)} ${corner(-1)}`} />;
    }
    return (
      <>
        {[0.15, 0.35, 0.55, 0.75, 0.95].map((share) => {
          const x = x1 + share * (x2 - x1);
          const y = y1 + share * (y2 - y1);
          const half = 3.5 * share;
          return (
            <line
              key={share}
              class="bond"
              x1={x + half * aside.x}
              y1={y + half * aside.y}
              x2={x - half * aside.x}
              y2={y - half * aside.y}
            />
          );
        })}
      </>
    );
  }
  if (order === 2 && inside) {
    const middle = { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 };
    const side = (inside.x - middle.x) * aside.x + (inside.y - middle.y) * aside.y < 0 ? -1 : 1;
    return (
      <>
        <line class="bond" {...line(0)} />
        <line class="bond" {...line(2 * APART * side, 3)} />
      </>
    );
  }
  const shifts = order === 1 ? [0] : order === 2 ? [-APART, APART] : [-2 * APART, 0, 2 * APART];
  return (
    <>
      {shifts.map((shift) => (
        <line key={shift} class="bond" {...line(shift)} />
      ))}
    </>
  );
}

function Label({ atom }: { atom: DrawnAtom }) {
  const { label, hydrogens, charge, isotope, isLeft } = atom;
  const size = Math.abs(charge) > 1 ? String(Math.abs(charge)) : "";
  const sign = charge ? `${size}${charge > 0 ? "+" : "−"}` : "";
  const hydrogen = hydrogens > 0 && (
    <>
      H
      {hydrogens > 1 && (
        <tspan class="small" dy="3">
          {hydrogens}
        </tspan>
      )}
      {hydrogens > 1 && <tspan dy="-3">{"\u200b"}</tspan>}
    </>
  );
  const symbol = (
    <>
      {isotope > 0 && (
        <tspan class="small" dy="-4">
          {isotope}
        </tspan>
      )}
      <tspan dy={isotope > 0 ? 4 : 0}>{label}</tspan>
    </>
  );
  const raised = sign && (
    <tspan class="small" dy="-4">
      {sign}
    </tspan>
  );
  // the letter of the element stands at the atom; what belongs to it goes away from the bonds
  const half = 3.6 * label.length;
  return (
    <text
      data-symbol={label}
      data-x={atom.x}
      data-y={atom.y}
      x={isLeft ? atom.x + half : atom.x - half}
      y={atom.y}
      text-anchor={isLeft ? "end" : "start"}
    >
      {isLeft ? (
        <>
          {raised}
          {sign && <tspan dy="4">{"\u200b"}</tspan>}
          {hydrogen}
          {symbol}
        </>
      ) : (
        <>
          {symbol}
          {hydrogen}
          {raised}
        </>
      )}
    </text>
  );
}
