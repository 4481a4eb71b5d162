// A table that somebody drops, as text.
import { guessEncoding } from "../encoding";

const ZIP = [0x50, 0x4b];
const OLD_WORKBOOK = [0xd0, 0xcf];

/** The text of a file; undefined if it is a workbook, which holds none. */
export async function openText(file: Blob): Promise<string | undefined> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const begins = (signs: number[]) => signs.every((sign, i) => bytes[i] === sign);
  if (begins(ZIP) || begins(OLD_WORKBOOK)) return undefined;
  return new TextDecoder(guessEncoding(bytes)).decode(bytes);
}
