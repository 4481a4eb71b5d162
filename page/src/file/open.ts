// A file is opened here, on this machine; nothing of it has travelled then.
import { isZip, refuseOthers } from "./formats";
import type { Choice, Known, Table } from "./table";
import { openText } from "./text";

export async function openTable(
  bytes: Uint8Array,
  name: string,
  known: Known,
  choice: Choice,
): Promise<Table> {
  refuseOthers(bytes, name);
  if (!isZip(bytes)) return openText(bytes, known, choice);
  const { openWorkbook } = await import("./workbook");
  return openWorkbook(bytes, known, choice);
}
