// What stands out in a picture: places that the reader may choose from, and never a choice.

export interface Place {
  x: number;
  y: number;
}

export interface Found {
  /** Where they are, in pixels of the picture, from the top left to the bottom right. */
  places: Place[];
  /** How many there were in all. */
  count: number;
  /** How wide the largest of them is. */
  diameter: number;
}

interface Part extends Place {
  area: number;
  stain: number;
}

const MOST = 12;
const LEAST = 0.0006; // of the picture's area
const LARGEST = 0.3;
const FAINT = 24; // shades from the background: what differs less is noise

/** What differs from the background, by connected pixels of a small copy. */
export function findCells({ data, width, height }: ImageData, scale: number): Found {
  const apart = measure(data);
  const threshold = Math.max(FAINT, splitShades(apart));
  const parts = connect(apart, width, height, threshold).filter(
    ({ area }) => area >= LEAST * width * height && area <= LARGEST * width * height,
  );
  const kept = parts.sort((a, b) => b.stain - a.stain).slice(0, MOST);
  const largest = Math.max(0, ...kept.map(({ area }) => area));
  const row = 2 * Math.sqrt(largest / Math.PI) || 1;
  return {
    places: kept
      .sort((a, b) => Math.round(a.y / row) - Math.round(b.y / row) || a.x - b.x)
      .map(({ x, y }) => ({ x: x * scale, y: y * scale })),
    count: parts.length,
    diameter: row * scale,
  };
}

/** How far each pixel's colour is from the background's, which is the brightest common one. */
function measure(data: Uint8ClampedArray): Uint8Array {
  const ground = [0, 1, 2].map((channel) => findBright(data, channel));
  return Uint8Array.from({ length: data.length / 4 }, (_, i) => {
    const [r, g, b] = ground.map((shade, channel) => shade - (data[4 * i + channel] ?? 0));
    return Math.min(255, Math.hypot(r ?? 0, g ?? 0, b ?? 0));
  });
}

const count = (counts: Uint32Array, shade: number) => {
  counts[shade] = (counts[shade] ?? 0) + 1;
};

/** The shade that a fifth of the pixels exceed. */
function findBright(data: Uint8ClampedArray, channel: number): number {
  const counts = new Uint32Array(256);
  for (let i = channel; i < data.length; i += 4) count(counts, data[i] ?? 0);
  let left = data.length / 4 / 5;
  for (let shade = 255; shade > 0; shade--) {
    left -= counts[shade] ?? 0;
    if (left <= 0) return shade;
  }
  return 0;
}

/** The threshold that parts shades best in two (Otsu 1979). */
function splitShades(shades: Uint8Array): number {
  const counts = new Uint32Array(256);
  for (const shade of shades) count(counts, shade);
  const total = counts.reduce((sum, count, shade) => sum + count * shade, 0);
  let [best, bestAt, below, sumBelow] = [0, 0, 0, 0];
  for (let shade = 0; shade < 256; shade++) {
    below += counts[shade] ?? 0;
    sumBelow += shade * (counts[shade] ?? 0);
    const above = shades.length - below;
    if (!below || !above) continue;
    const between = below * above * (sumBelow / below - (total - sumBelow) / above) ** 2;
    if (between > best) [best, bestAt] = [between, shade];
  }
  return bestAt;
}

function connect(apart: Uint8Array, width: number, height: number, threshold: number): Part[] {
  const seen = new Uint8Array(apart.length);
  const parts: Part[] = [];
  for (let start = 0; start < apart.length; start++) {
    if (seen[start] || (apart[start] ?? 0) <= threshold) continue;
    seen[start] = 1;
    const waiting = [start];
    const part = { x: 0, y: 0, area: 0, stain: 0 };
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      const [x, y] = [at % width, Math.floor(at / width)];
      part.x += x;
      part.y += y;
      part.area++;
      part.stain += apart[at] ?? 0;
      const around = [
        x > 0 ? at - 1 : -1,
        x < width - 1 ? at + 1 : -1,
        y > 0 ? at - width : -1,
        y < height - 1 ? at + width : -1,
      ];
      for (const next of around) {
        if (next < 0 || seen[next] || (apart[next] ?? 0) <= threshold) continue;
        seen[next] = 1;
        waiting.push(next);
      }
    }
    parts.push({ ...part, x: part.x / part.area + 0.5, y: part.y / part.area + 0.5 });
  }
  return parts;
}
