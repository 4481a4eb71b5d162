// A part of a picture made smaller as Pillow makes it, which is how the training pictures were made and
// how the service does it: every pixel is weighed, first along rows, then along columns, and rounded
// in between. So it makes no difference to an answer which of the two made the picture smaller.

export type Filter = "bicubic" | "bilinear";

const FILTERS: Record<Filter, { support: number; weigh: (x: number) => number }> = {
  bilinear: { support: 1, weigh: (x) => Math.max(0, 1 - Math.abs(x)) },
  bicubic: { support: 2, weigh: weighCubic },
};

/** Keys' cubic with a = -0.5. */
function weighCubic(signed: number): number {
  const x = Math.abs(signed);
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
}

/** The first pixel that counts, and what each from there on counts. */
interface Weights {
  first: number;
  shares: number[];
}

function listWeights(size: number, target: number, filter: Filter): Weights[] {
  const { support, weigh } = FILTERS[filter];
  const scale = size / target;
  const stretch = Math.max(1, scale);
  const reach = support * stretch;
  return Array.from({ length: target }, (_, i) => {
    const middle = (i + 0.5) * scale;
    const first = Math.max(0, Math.trunc(middle - reach + 0.5));
    const last = Math.min(size, Math.trunc(middle + reach + 0.5));
    const shares = Array.from({ length: last - first }, (_, j) =>
      weigh((first + j - middle + 0.5) / stretch),
    );
    const sum = shares.reduce((a, b) => a + b, 0);
    return { first, shares: shares.map((share) => share / sum) };
  });
}

/** Opaque pixels, four bytes each, at another size. */
export function resample(
  { data, width, height }: ImageData,
  target: { width: number; height: number },
  filter: Filter,
): ImageData {
  const rows = { lines: height, step: 4, stride: 4 * width };
  const across = squeeze(data, rows, listWeights(width, target.width, filter), {
    step: 4,
    stride: 4 * target.width,
  });
  const columns = { lines: target.width, step: 4 * target.width, stride: 4 };
  const weights = listWeights(height, target.height, filter);
  return new ImageData(squeeze(across, columns, weights, columns), target.width, target.height);
}

/** Lines of pixels in memory: how far a pixel is from the next, and a line from the next. */
interface Steps {
  step: number;
  stride: number;
}

/** Every line becomes as many pixels as there are weights. */
function squeeze(
  data: Uint8ClampedArray,
  from: Steps & { lines: number },
  weights: Weights[],
  to: Steps,
): Uint8ClampedArray<ArrayBuffer> {
  const out = new Uint8ClampedArray(4 * from.lines * weights.length).fill(255);
  for (let line = 0; line < from.lines; line++) {
    weights.forEach(({ first, shares }, i) => {
      let [red, green, blue] = [0, 0, 0];
      let place = line * from.stride + first * from.step;
      for (const share of shares) {
        red += share * (data[place] ?? 0);
        green += share * (data[place + 1] ?? 0);
        blue += share * (data[place + 2] ?? 0);
        place += from.step;
      }
      // half up, as Pillow rounds; a clamped array would round halves to even
      const at = line * to.stride + i * to.step;
      out[at] = Math.floor(red + 0.5);
      out[at + 1] = Math.floor(green + 0.5);
      out[at + 2] = Math.floor(blue + 0.5);
    });
  }
  return out;
}
