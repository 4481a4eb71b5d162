// A map of pixels becomes numbers: the PNG of a mask is read here and not by a canvas, which some
// browsers disturb for privacy. Of PNG only what the service writes: one channel of at most a byte.

export interface PixelMap {
  width: number;
  height: number;
  /** Row by row; of a mask the positions of labels. */
  values: Uint8Array;
}

const SIGNATURE = 8;
const FRAME = 12; // of a chunk: its length, its name, its check

/** The values of a map in base64. */
export async function readMap(png: string): Promise<PixelMap> {
  const bytes = Uint8Array.from(atob(png), (one) => one.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  const [width, height, bits] = [view.getUint32(16), view.getUint32(20), view.getUint8(24)];
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for (let at = SIGNATURE; at < bytes.length; at += FRAME + view.getUint32(at)) {
    const name = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (name === "IDAT") parts.push(bytes.subarray(at + 8, at + 8 + view.getUint32(at)));
  }
  const stream = new Blob(parts).stream().pipeThrough(new DecompressionStream("deflate"));
  const rows = new Uint8Array(await new Response(stream).arrayBuffer());
  const length = Math.ceil((width * bits) / 8);
  unfilter(rows, length, height);
  return { width, height, values: unpack(rows, { width, height, bits, length }) };
}

/** Undoes, in place, what a row was made of its neighbours by: see the PNG specification, 9.2. */
function unfilter(rows: Uint8Array, length: number, height: number) {
  const at = (i: number) => rows[i] ?? 0;
  for (let row = 0; row < height; row++) {
    const start = row * (length + 1) + 1;
    const filter = at(start - 1);
    for (let i = start; filter && i < start + length; i++) {
      const left = i > start ? at(i - 1) : 0;
      const above = row ? at(i - length - 1) : 0;
      const corner = row && i > start ? at(i - length - 2) : 0;
      const guesses = [0, left, above, (left + above) >> 1, predict(left, above, corner)];
      rows[i] = at(i) + (guesses[filter] ?? 0);
    }
  }
}

function predict(left: number, above: number, corner: number): number {
  const sum = left + above - corner;
  const [a, b, c] = [left, above, corner].map((one) => Math.abs(sum - one)) as [
    number,
    number,
    number,
  ];
  if (a <= b && a <= c) return left;
  return b <= c ? above : corner;
}

/** Several values of a byte, the first in its highest bits. */
function unpack(
  rows: Uint8Array,
  { width, height, bits, length }: { width: number; height: number; bits: number; length: number },
): Uint8Array {
  const values = new Uint8Array(width * height);
  const each = 8 / bits;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const byte = rows[y * (length + 1) + 1 + Math.floor(x / each)] ?? 0;
      values[y * width + x] = (byte >> (8 - bits * ((x % each) + 1))) & (2 ** bits - 1);
    }
  return values;
}

/** Which pixels of a map have a neighbour of another value, or are at its edge. */
export function findContours({ width, height, values }: PixelMap): Uint8Array {
  const contours = new Uint8Array(values.length);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      const own = values[i];
      const isEdge = !x || !y || x === width - 1 || y === height - 1;
      const differs =
        values[i - 1] !== own ||
        values[i + 1] !== own ||
        values[i - width] !== own ||
        values[i + width] !== own;
      contours[i] = Number(isEdge || differs);
    }
  return contours;
}
