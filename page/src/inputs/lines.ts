// Several molecules in one field: a line each, or parted by semicolons or commas.

const FOREIGN = /[adefghijkmqtuvwxyz]/; // small letters that no atom outside brackets has

/** What was typed or pasted, an entry per molecule, without blanks around it. */
export function splitLines(content: string): string[] {
  const lines = trim(content.split(/[\n\r;]|,\s+/));
  const parts = trim(lines.flatMap((line) => line.split(",")));
  // a name may hold commas, as 2,4-dinitrophenol does
  return parts.some((part) => FOREIGN.test(part) || /^\d/.test(part)) ? lines : parts;
}

const trim = (parts: string[]) => parts.map((part) => part.trim()).filter((part) => part);

/** The line without what stands behind its first blank, if it begins like a SMILES; else as it is. */
export function leaveOutName(line: string): string {
  const [first = "", ...rest] = line.split(/\s+/);
  return rest.length && first && !FOREIGN.test(first.replace(/\[[^\]]*\]/g, "")) ? first : line;
}

/** The lines as a table of one column, each quoted: nothing in them parts cells. */
export const writeColumn = (name: string, lines: string[]) =>
  [name, ...lines].map((cell) => `"${cell.replaceAll('"', '""')}"`).join("\n");

/** A text as the service counts it: in code points, of which an emoji is one and JavaScript has two. */
export const splitCharacters = (text: string) => [...text];
