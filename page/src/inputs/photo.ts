// A file becomes what is sent: as it is where it is made as the model's own pictures are, else a part
// of it that the reader chooses, at the model's size. All of it happens in the browser.
import type { ManifestImageInput } from "../contract";
import { findCells, type Place } from "./cells";
import { type Header, readHeader, type Trouble } from "./pictureFile";
import { resample } from "./resample";

/** A part of a picture, in its upright pixels. */
export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** What is to be said of a picture that is used all the same: a key of the words under picture.note. */
export type Note = "converted" | "alpha" | "grey" | "deep";

/** A picture that goes as it is, and what of it the model sees. */
export interface Whole {
  whole: true;
  width: number;
  height: number;
  box: Box;
  notes: Note[];
}

/** A picture of which a part is to be chosen. */
export interface Photo {
  bitmap: ImageBitmap;
  places: Place[];
  /** How many places stand out, of which some may not be offered. */
  count: number;
  /** How wide a part is when it is first placed. */
  size: number;
  /** What was chosen, if anything yet. */
  box?: Box;
  notes: Note[];
}

export interface Refused {
  trouble: Trouble | "too_small" | "few_shades" | "two_files" | "too_many_bytes";
}

/** A file that only the service can show, and that goes as it is. */
export interface Unseen {
  unseen: true;
}

export type Aside = Whole | Photo | Refused | Unseen;

const MOST_BYTES = 3_000_000; // of a file that goes as it is
const MOST_BYTES_UNSEEN = 3_700_000; // in base64 as much as a request holds
const MOST_PIXELS = 1_000_000;
const COPY = 320; // pixels of the longer edge, in which cells are looked for
const AROUND = 2; // a part is so much wider than the largest thing that stands out, as a nucleus does
const LIKE_TRAINING = 0.1; // as functions/medmaas/model/inputs/image.py takes pictures to be of the model's scale
const PLAIN = 3; // shades: less apart, the colours are grey
const DARKEST_HALF = 128; // of 256; a file of 16 bits that uses fewer stays below

/** What a file holds, and its bytes where they go as they are. */
export async function openFile(
  input: ManifestImageInput,
  file: File,
): Promise<{ aside: Aside; bytes?: Uint8Array<ArrayBuffer> }> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const header = readHeader(bytes);
  if (isUnseen(input, header))
    return bytes.length > MOST_BYTES_UNSEEN
      ? refuse("too_many_bytes")
      : { aside: { unseen: true }, bytes };
  if (typeof header === "string") return refuse(header);
  const bitmap = await createImageBitmap(new Blob([bytes])).catch(() => undefined);
  if (!bitmap)
    return refuse(header.format === "heic" || header.format === "tiff" ? header.format : "damaged");
  const { width, height } = bitmap;
  if (width < input.width || height < input.height) return refuse("too_small");
  const isRead = header.format === "png" || header.format === "jpeg";
  const copy = read(
    bitmap,
    { left: 0, top: 0, width, height },
    Math.min(1, COPY / Math.max(width, height)),
  );
  const notes = listNotes(input, header, copy.data);
  const box = isRead && bytes.length <= MOST_BYTES ? findSeen(input, width, height) : undefined;
  if (box)
    return {
      aside: { whole: true, width, height, box, notes: notes.filter((one) => one !== "deep") },
      bytes,
    };
  if (header.isDeep && usesFewShades(copy.data)) return refuse("few_shades");
  const found = findCells(copy, Math.max(width, height) / Math.max(copy.width, copy.height));
  const size = fit(input, bitmap, AROUND * found.diameter || Math.min(width, height) / 2);
  const photo: Photo = { bitmap, places: found.places, count: found.count, size, notes };
  if (found.places.length < 2) {
    const middle = found.places[0] ?? { x: width / 2, y: height / 2 };
    photo.box = placeBox(input, bitmap, middle, size);
  }
  return { aside: photo };
}

/** Whether the service reads what a browser does not, or not with all its shades. */
const isUnseen = (input: ManifestImageInput, header: Header | Trouble) =>
  typeof header === "string"
    ? header === "dicom" && Boolean(input.dicom)
    : (header.format === "tiff" && Boolean(input.tiff)) ||
      (header.format === "png" && Boolean(header.isDeep && input.window));

const refuse = (trouble: Refused["trouble"]) => ({ aside: { trouble } });

/** What of a picture the service takes as it is; nothing where it would cut or shrink as it thinks best. */
function findSeen(input: ManifestImageInput, width: number, height: number): Box | undefined {
  if (width === input.width && height === input.height) return { left: 0, top: 0, width, height };
  const { crop } = input;
  if (!crop) {
    const isLike = Math.abs((width * input.height) / (height * input.width) - 1) < 0.01;
    return isLike && width * height <= MOST_PIXELS ? { left: 0, top: 0, width, height } : undefined;
  }
  if (Math.abs(Math.min(width, height) - crop.of) > LIKE_TRAINING * crop.of) return undefined;
  const [left, top] = [Math.floor((width - crop.side) / 2), Math.floor((height - crop.side) / 2)];
  return { left, top, width: crop.side, height: crop.side };
}

function listNotes(input: ManifestImageInput, header: Header, data: Uint8ClampedArray): Note[] {
  const notes: Note[] = [];
  if (header.format !== "png" && header.format !== "jpeg") notes.push("converted");
  if (header.isDeep) notes.push("deep");
  if (header.hasAlpha) notes.push("alpha");
  if (input.mode === "RGB" && isGrey(data)) notes.push("grey");
  return notes;
}

function isGrey(data: Uint8ClampedArray): boolean {
  let apart = 0;
  for (let i = 0; i < data.length; i += 4) {
    const [r = 0, g = 0, b = 0] = [data[i], data[i + 1], data[i + 2]];
    apart += Math.max(r, g, b) - Math.min(r, g, b);
  }
  return apart / (data.length / 4) < PLAIN;
}

const usesFewShades = (data: Uint8ClampedArray) =>
  !data.some((shade, i) => i % 4 < 3 && shade >= DARKEST_HALF);

/** A width that a part may have: not fewer pixels than the model's, not more than there are. */
export function fit(
  input: ManifestImageInput,
  picture: { width: number; height: number },
  width: number,
) {
  const most = Math.min(picture.width, (picture.height * input.width) / input.height);
  return Math.round(Math.min(Math.max(width, input.width), most));
}

/** A part of a width in the model's proportions around a place, moved so that it lies in the picture. */
export function placeBox(
  input: ManifestImageInput,
  picture: { width: number; height: number },
  middle: Place,
  size: number,
): Box {
  const width = fit(input, picture, size);
  const height = Math.min(picture.height, Math.round((width * input.height) / input.width));
  const clamp = (value: number, most: number) => Math.round(Math.min(Math.max(0, value), most));
  return {
    left: clamp(middle.x - width / 2, picture.width - width),
    top: clamp(middle.y - height / 2, picture.height - height),
    width,
    height,
  };
}

/** A part at the model's size, as it is sent: on white, without anything but pixels. */
export function cut(input: ManifestImageInput, bitmap: ImageBitmap, box: Box): string {
  const small = resample(read(bitmap, box), input, input.resample);
  const canvas = document.createElement("canvas");
  canvas.width = small.width;
  canvas.height = small.height;
  canvas.getContext("2d")?.putImageData(small, 0, 0);
  return canvas.toDataURL("image/png").split(",")[1] ?? "";
}

function read(bitmap: ImageBitmap, box: Box, scale = 1): ImageData {
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(box.width * scale));
  canvas.height = Math.max(1, Math.round(box.height * scale));
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("no canvas");
  draw(context, bitmap, box);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

/** A part of a picture over all of a canvas, on white. */
export function draw(context: CanvasRenderingContext2D, bitmap: ImageBitmap, box: Box) {
  const { width, height } = context.canvas;
  context.fillStyle = "white";
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, box.left, box.top, box.width, box.height, 0, 0, width, height);
}
