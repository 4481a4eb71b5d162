// Workbooks as Excel opens them: a few parts of XML in an archive.
import { strToU8, zipSync } from "fflate";

export const MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
export const RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE = "http://schemas.openxmlformats.org/package/2006";
const TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml";
export const XLSX = `${TYPE}.sheet`;

const declare = (content: string) =>
  strToU8(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n${content}`);

/** What XML cannot hold. */
const CONTROLS = /(?![\t\n\r])\p{Cc}|\p{Cs}|[\ufffe\uffff]/gu;

export const mask = (text: string) =>
  text
    .replace(CONTROLS, "")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");

/** A text stays one, whatever it begins with. */
export const writeText = (place: string, text: string, style = 0) =>
  `<c r="${place}" s="${style}" t="inlineStr"><is><t xml:space="preserve">${mask(text)}</t></is></c>`;

export function nameColumn(position: number): string {
  const last = String.fromCharCode(65 + (position % 26));
  return position < 26 ? last : nameColumn(Math.floor(position / 26) - 1) + last;
}

/** A workbook of sheets by name, each as the XML of its content. */
export function pack(sheets: Map<string, string>, styles: string): Uint8Array<ArrayBuffer> {
  const names = [...sheets.keys()];
  const each = (write: (n: number, name: string) => string) =>
    names.map((name, i) => write(i + 1, name)).join("");
  const files: Record<string, Uint8Array> = {
    "[Content_Types].xml": declare(
      `<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${TYPE}.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="${TYPE}.styles+xml"/>${each((n) => `<Override PartName="/xl/worksheets/sheet${n}.xml" ContentType="${TYPE}.worksheet+xml"/>`)}</Types>`,
    ),
    "_rels/.rels": declare(
      `<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    ),
    "xl/workbook.xml": declare(
      `<workbook xmlns="${MAIN}" xmlns:r="${RELATIONS}"><sheets>${each((n, name) => `<sheet name="${mask(name)}" sheetId="${n}" r:id="rId${n}"/>`)}</sheets></workbook>`,
    ),
    "xl/_rels/workbook.xml.rels": declare(
      `<Relationships xmlns="${PACKAGE}/relationships">${each((n) => `<Relationship Id="rId${n}" Type="${RELATIONS}/worksheet" Target="worksheets/sheet${n}.xml"/>`)}<Relationship Id="rId${names.length + 1}" Type="${RELATIONS}/styles" Target="styles.xml"/></Relationships>`,
    ),
    "xl/styles.xml": strToU8(styles),
  };
  names.forEach((name, i) => {
    const content = `<worksheet xmlns="${MAIN}">${sheets.get(name)}</worksheet>`;
    files[`xl/worksheets/sheet${i + 1}.xml`] = declare(content);
  });
  return new Uint8Array(zipSync(files));
}
