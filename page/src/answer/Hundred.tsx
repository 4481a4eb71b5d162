// A hundred people, so many of them filled: a share as it is understood best.
const SIDE = 10;
const STEP = 20;

/** Head and shoulders, drawn from the upper left corner of its place. */
const drawPerson = (i: number) => {
  const [x, y] = [(i % SIDE) * STEP + 10, Math.floor(i / SIDE) * STEP + 2];
  return `M${x - 3} ${y + 3}a3 3 0 1 1 6 0a3 3 0 1 1-6 0zM${x - 6} ${y + 15}v-3a5 5 0 0 1 5-5h2a5 5 0 0 1 5 5v3z`;
};

const drawPeople = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => drawPerson(from + i)).join("");

export function Hundred({ filled, label }: { filled: number; label: string }) {
  const size = SIDE * STEP;
  return (
    <svg class="hundred" role="img" aria-label={label} viewBox={`0 0 ${size} ${size}`}>
      <path class="others" d={drawPeople(filled, SIDE * SIDE)} />
      <path class="filled" d={drawPeople(0, filled)} />
    </svg>
  );
}
