// What a file is, by its first bytes, before anything is asked: which kinds are read, which the browser
// may turn into one, and of which nothing can be made here.

/** What a file cannot be used for: a key of the words under picture.problem. */
export type Trouble =
  | "empty"
  | "dicom"
  | "tiff"
  | "heic"
  | "pdf"
  | "svg"
  | "unknown"
  | "truncated"
  | "damaged"
  | "several"
  | "print_colours"
  | "deep_jpeg"
  | "too_large";

/** What is read, and what is to be said of it. */
export interface Header {
  /** png and jpeg are what the service reads; others the browser may turn into one. */
  format: "png" | "jpeg" | "gif" | "webp" | "bmp" | "avif" | "tiff" | "heic";
  /** Pixels, where the header says so; not yet upright. */
  pixels?: number;
  /** Whether a colour has 16 bits. */
  isDeep?: boolean;
  /** Whether it has, or may have, see-through pixels. */
  hasAlpha?: boolean;
}

const MOST_PIXELS = 120_000_000;

export function readHeader(bytes: Uint8Array): Header | Trouble {
  if (!bytes.length) return "empty";
  const text = (start: number, end: number) =>
    String.fromCharCode(...bytes.subarray(start, Math.min(end, bytes.length)));
  const start = text(0, 4);
  if (text(128, 132) === "DICM") return "dicom";
  if (text(0, 8) === "\x89PNG\r\n\x1a\n") return limit(readPng(bytes));
  if (text(0, 3) === "\xff\xd8\xff") return limit(readJpeg(bytes));
  if (start === "%PDF") return "pdf";
  if (
    /^(\xef\xbb\xbf)?\s*(<\?xml[^>]*>\s*)?(<!--[\s\S]*?-->\s*|<!DOCTYPE[^>]*>\s*)*<svg/i.test(
      text(0, 2000),
    )
  )
    return "svg";
  if (/^(II[*+]\0|MM\0[*+])/.test(start)) return { format: "tiff" };
  if (text(4, 8) === "ftyp")
    return /avi[fs]/.test(text(8, 32)) ? { format: "avif" } : readHeif(text(8, 32));
  if (start === "GIF8")
    return countFrames(bytes) > 1 ? "several" : { format: "gif", hasAlpha: true };
  if (start === "RIFF" && text(8, 12) === "WEBP") return readWebp(bytes, text(12, 16));
  if (text(0, 2) === "BM") return { format: "bmp" };
  return "unknown";
}

const limit = (found: Header | Trouble): Header | Trouble =>
  typeof found === "object" && (found.pixels ?? 0) > MOST_PIXELS ? "too_large" : found;

const readHeif = (brands: string): Header | Trouble =>
  /he[ivc][cxs]|mif1|msf1/.test(brands) ? { format: "heic" } : "unknown";

const readWebp = (bytes: Uint8Array, chunk: string): Header | Trouble => {
  const flags = chunk === "VP8X" ? (bytes[20] ?? 0) : 0;
  if (flags & 2) return "several";
  return { format: "webp", hasAlpha: chunk === "VP8L" || (flags & 16) > 0 };
};

/** Every chunk has its length before it; without the last, the file was cut off. */
function readPng(bytes: Uint8Array): Header | Trouble {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header: Header = { format: "png" };
  for (let place = 8; place + 12 <= bytes.length; ) {
    const size = view.getUint32(place);
    const name = String.fromCharCode(...bytes.subarray(place + 4, place + 8));
    if (place === 8 && name !== "IHDR") return "damaged";
    if (place + 12 + size > bytes.length) return "truncated";
    if (name === "IEND") return header;
    if (name === "acTL") return "several";
    if (name === "tRNS") header.hasAlpha = true;
    if (name === "IHDR" && size >= 13) {
      header.pixels = view.getUint32(place + 8) * view.getUint32(place + 12);
      header.isDeep = bytes[place + 16] === 16;
      header.hasAlpha = ((bytes[place + 17] ?? 0) & 4) > 0;
    }
    place += 12 + size;
  }
  return "truncated";
}

/** Markers up to the first scan; behind it the picture must end with its own marker. */
function readJpeg(bytes: Uint8Array): Header | Trouble {
  const header: Header = { format: "jpeg" };
  let place = 2;
  while (place + 9 < bytes.length) {
    if (bytes[place] !== 0xff) return "damaged";
    const marker = bytes[place + 1] ?? 0;
    if (marker === 0xff) place += 1;
    else if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) place += 2;
    else if (marker === 0xda) return findEnd(bytes, place) ? header : "truncated";
    else {
      const size = 256 * (bytes[place + 2] ?? 0) + (bytes[place + 3] ?? 0);
      if (isFrame(marker)) {
        const [bits = 8, h1 = 0, h2 = 0, w1 = 0, w2 = 0, channels = 3] = bytes.subarray(place + 4);
        if (bits !== 8) return "deep_jpeg";
        if (channels === 4) return "print_colours";
        header.pixels = (256 * h1 + h2) * (256 * w1 + w2);
      }
      place += 2 + size;
    }
  }
  return "truncated";
}

const isFrame = (marker: number) =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;

function findEnd(bytes: Uint8Array, from: number): boolean {
  for (let i = bytes.indexOf(0xff, from); i >= 0; i = bytes.indexOf(0xff, i + 1))
    if (bytes[i + 1] === 0xd9) return true;
  return false;
}

/** Frames of a GIF, block by block. */
function countFrames(bytes: Uint8Array): number {
  const table = (flags: number) => (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0);
  const skip = (place: number) => {
    while (bytes[place]) place += (bytes[place] ?? 0) + 1;
    return place + 1;
  };
  let frames = 0;
  for (let place = 13 + table(bytes[10] ?? 0); place < bytes.length; ) {
    const block = bytes[place];
    if (block === 0x21) place = skip(place + 2);
    else if (block === 0x2c) {
      frames++;
      place = skip(place + 11 + table(bytes[place + 9] ?? 0));
    } else break;
  }
  return frames;
}
