// In which characters a file is written, told by its bytes.

const SAMPLE = 65_536;
const FOUR_BYTES = /[\x81-\xfe][0-9][\x81-\xfe][0-9]/g; // of GB 18030, as µ

/** By its mark; without one UTF-8 if it may be that, else what people have: GB 18030, Windows. */
export function guessEncoding(bytes: Uint8Array): string {
  const [a, b] = bytes;
  if (a === 0xff && b === 0xfe) return "utf-16le";
  if (a === 0xfe && b === 0xff) return "utf-16be";
  if (bytes[1] === 0 && bytes[3] === 0) return "utf-16le";
  if (bytes[0] === 0 && bytes[2] === 0) return "utf-16be";
  const text = new TextDecoder().decode(bytes);
  const others = text.match(/[^\p{ASCII}]/gu) ?? [];
  const unread = others.filter((one) => one === "\ufffd").length;
  if (2 * unread <= others.length) return "utf-8";
  // Chinese stands in pairs of high bytes, an umlaut alone
  const signs = String.fromCharCode(...bytes.subarray(0, SAMPLE)).replace(FOUR_BYTES, "");
  const runs = signs.match(/[\x80-\xff]+/g) ?? [];
  return runs.every((run) => run.length % 2 === 0) ? "gb18030" : "windows-1252";
}
