"""Workbooks as Excel writes them, as far as tests need it, made without a library of its own."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
DATE, PERCENT, THOUSANDS = 1, 2, 3  # of the styles below
_FORMATS = (0, 14, 164, 165)


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell that is more than a text or a number.

    Attributes:
        value: a number, or the text of an error.
        style: one of the above.
        formula: that gave the value; None as its value if nobody calculated it.
    """

    value: float | str | None
    style: int = 0
    formula: str | None = None


Content = str | float | bool | Cell | None
Sheet = Sequence[Sequence[Content]]


def write_workbook(
    sheets: Mapping[str, Sheet],
    *,
    merged: Sequence[str] = (),
    hidden: Sequence[str] = (),
) -> bytes:
    """A workbook of sheets by name; merged ranges are of the first, as in A2:A3."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as parts:
        for name, content in _list_parts(sheets, merged, hidden).items():
            parts.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>{content}')
    return file.getvalue()


def _list_parts(
    sheets: Mapping[str, Sheet], merged: Sequence[str], hidden: Sequence[str]
) -> dict[str, str]:
    numbers = range(1, len(sheets) + 1)
    overrides = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_TYPES}.worksheet+xml"/>'
        for n in numbers
    )
    listed = "".join(
        f'<sheet name="{escape(name)}" sheetId="{n}"'
        f'{" state=" + chr(34) + "hidden" + chr(34) if name in hidden else ""} r:id="rId{n}"/>'
        for n, name in zip(numbers, sheets, strict=True)
    )
    related = "".join(
        f'<Relationship Id="rId{n}" Type="{_DOCUMENT}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in numbers
    )
    formats = "".join(f'<xf numFmtId="{one}" applyNumberFormat="1"/>' for one in _FORMATS)
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPES}.styles+xml"/>'
        f"{overrides}</Types>",
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_DOCUMENT}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_DOCUMENT}">'
        f"<sheets>{listed}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{related}'
        f'<Relationship Id="rId{len(sheets) + 1}" Type="{_DOCUMENT}/styles" Target="styles.xml"/>'
        "</Relationships>",
        "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><numFmts count="2">'
        '<numFmt numFmtId="164" formatCode="0.0%"/>'
        '<numFmt numFmtId="165" formatCode="#,##0.0,"/></numFmts>'
        f'<cellXfs count="{len(_FORMATS)}">{formats}</cellXfs></styleSheet>',
    }
    for n, rows in zip(numbers, sheets.values(), strict=True):
        parts[f"xl/worksheets/sheet{n}.xml"] = _write_sheet(rows, merged if n == 1 else ())
    return parts


def _write_sheet(rows: Sheet, merged: Sequence[str]) -> str:
    written = "".join(
        f'<row r="{y}">{"".join(_write_cell(_name(x, y), one) for x, one in enumerate(row))}</row>'
        for y, row in enumerate(rows, start=1)
    )
    ranges = "".join(f'<mergeCell ref="{one}"/>' for one in merged)
    tail = f'<mergeCells count="{len(merged)}">{ranges}</mergeCells>' if merged else ""
    return f'<worksheet xmlns="{_MAIN}"><sheetData>{written}</sheetData>{tail}</worksheet>'


def _write_cell(place: str, content: Content) -> str:
    match content:
        case None:
            return ""
        case bool():
            return f'<c r="{place}" t="b"><v>{int(content)}</v></c>'
        case str():
            text = f'<t xml:space="preserve">{escape(content)}</t>'
            return f'<c r="{place}" t="inlineStr"><is>{text}</is></c>'
        case Cell(value=value, style=style, formula=formula):
            kind = ' t="e"' if isinstance(value, str) else ""
            calculated = f"<f>{escape(formula)}</f>" if formula else ""
            result = "" if value is None else f"<v>{value}</v>"
            return f'<c r="{place}" s="{style}"{kind}>{calculated}{result}</c>'
        case _:
            return f'<c r="{place}"><v>{content!r}</v></c>'


def _name(x: int, y: int) -> str:
    return f"{chr(ord('A') + x)}{y}"
