// A table that somebody drops, as text; what it is encoded in is told by its bytes.
const ZIP = [0x50, 0x4b];
const OLD_WORKBOOK = [0xd0, 0xcf];

/** The text of a file; undefined if it is a workbook, which holds none. */
export async function openText(file: Blob, language: string): Promise<string | undefined> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const begins = (signs: number[]) => signs.every((sign, i) => bytes[i] === sign);
  if (begins(ZIP) || begins(OLD_WORKBOOK)) return undefined;
  if (begins([0xff, 0xfe])) return new TextDecoder("utf-16le").decode(bytes);
  if (begins([0xfe, 0xff])) return new TextDecoder("utf-16be").decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder(language === "zh" ? "gb18030" : "windows-1252").decode(bytes);
  }
}
