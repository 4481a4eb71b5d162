# ruff: noqa: RUF001 - files hold what looks like ASCII and is not
"""Files as people have them, and what every door must make of them: one table for all doors."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tests.table.workbooks import DATE, PERCENT, THOUSANDS, Cell, Sheet, write_workbook

HEADER = "id,age,sex,creatinine,kappa,lambda,mgus"
LINES = ("A1,67,F,1.1,1.2,1.5,false", "A2,54,M,0.9,0.8,1.1,true", "A3,72,M,,1.9,1.7,false")
PLAIN = "\n".join((HEADER, *LINES, ""))
NUMBERS = ("0x1", "1_000", "１２", "nan", "NaN", "inf", "-inf", "1 1", "1·1", "−1.1", "1.1.",
           "1.1H", "0.5<", "~1.1", "1/2", "TRUE", "1e", "e1", "٣", "½",
           "$1.1", "--", ".", "+", "1.1,", "0b1", "1'000")  # fmt: skip
UNITS = ("1.1 mg/dL", "1.1mg/dL", "1.1 mg/dl", " 1.1\u00a0MG/DL", "1.1 mg%", "0.9 mg/100 ml")
CONVERTED = ("11 mg/L", "11mg/l", "0.011 g/L", "11 µg/mL", "97 umol/L", "97 µmol/l", "0.1 mmol/L")
OTHER_UNITS = ("45%", "45 ％", "1.1 U/L", "1.1 kg", "5 L", "1.1 10*9/L", "<0.5 U/L", "1.1 mmHg")
YES_OR_NO = ("yes", "No", "YES ", "是", "否", "ＹＥＳ", "TRUE")
BOUNDS = ("<0.5", "< 0.5", "＜0.5", ">20", "≤0.5", "<0,5", ">=3", "=<3", "<0.5 mg/dL", "> 20 mg/L")
GOOD_NUMBERS = (" 1", "1\t", "+1", "1.", ".9", "01", "1e0")
FORMULAS = ("=1+1", "+3", "-A3", "@cmd", "＝1+1", "=cmd|' /C calc'!A0", "-1", "\t=1", "+A")
NOT_IDS = ("#N/A", "#REF!", "a\0b", "a\x1bb", "i" * 257)


@dataclass(frozen=True, slots=True)
class Case:
    """A file, and what becomes of it.

    Attributes:
        content: its bytes.
        answered: ids of the rows that are answered, in order.
        rejected: number, field and code of the others.
        refused: code of why it can never be scored.
        notes: codes of what is told at the head.
        same: whether the answers are those of PLAIN, to the byte.
        respelled: whether its cells are others all the same.
        encoding: that is named.
        missing: words that are declared.
    """

    content: bytes
    answered: Sequence[str | None] = ()
    rejected: Sequence[tuple[int, str | None, str]] = ()
    refused: str | None = None
    notes: Sequence[str] = ()
    same: bool = False
    respelled: bool = False
    encoding: str | None = None
    missing: Sequence[str] = ()


def same(content: str | bytes, *notes: str, encoding: str | None = None) -> Case:
    """A file that says what PLAIN says."""
    written = content.encode() if isinstance(content, str) else content
    return Case(written, ("A1", "A2", "A3"), notes=notes, same=True, encoding=encoding)


def respelled(content: str, *notes: str) -> Case:
    """A file that says what PLAIN says, in cells that say it otherwise."""
    return replace(same(content, *notes), respelled=True)


def refused(content: str | bytes, code: str, *, encoding: str | None = None) -> Case:
    """A file that nobody scores."""
    written = content.encode() if isinstance(content, str) else content
    return Case(written, refused=code, encoding=encoding)


def bad_cell(cell: str, code: str, column: int = 3, field: str = "creatinine") -> Case:
    """A file of two rows, the first with one bad cell."""
    cells = ["B1", "67", "F", "1.1", "1.2", "1.5", "false"]
    cells[column] = f'"{cell}"'
    content = f"{HEADER}\n{','.join(cells)}\n{LINES[1]}\n"
    return Case(content.encode(), ("A2",), ((1, field, code),))


def fine_cell(cell: str, column: int = 3) -> Case:
    """The same with a cell that costs the row nothing."""
    spoilt = bad_cell(cell, "", column)
    return Case(spoilt.content, ("B1", "A2"), ())


def rewrite(separator: str, decimal: str = ".", end: str = "\n") -> str:
    """PLAIN in another dialect."""
    text = PLAIN.replace(".", decimal) if separator != "," else PLAIN
    return text.replace(",", separator) if decimal == "." else _swap(separator, end)


def _swap(separator: str, end: str) -> str:
    lines = [line.replace(",", separator).replace(".", ",") for line in (HEADER, *LINES)]
    return end.join((*lines, ""))


def with_header(header: str) -> str:
    """PLAIN under another header."""
    return PLAIN.replace(HEADER, header)


def sheet_of(text: str) -> Sheet:
    """The cells that a spreadsheet holds for a table of text."""
    return [[_type(cell) for cell in line.split(",")] for line in text.strip().split("\n")]


def _type(cell: str) -> str | float | bool | None:
    if cell in {"", "true", "false"}:
        return {"": None, "true": True, "false": False}[cell]
    try:
        return float(cell)
    except ValueError:
        return cell


def workbook(text: str, **others: Sheet) -> bytes:
    """A workbook of one table, perhaps with other sheets."""
    return write_workbook({"Rows": sheet_of(text)} | others)


def changed(column: int, cell: Cell | str | float, row: int = 1, **how: Sequence[str]) -> bytes:
    """A workbook of PLAIN with one other cell."""
    rows = [[*cells] for cells in sheet_of(PLAIN)]
    rows[row][column:] = [cell, *rows[row][column + 1 :]]
    return write_workbook({"Rows": rows}, **how)


PADDED = "".join(f"{line},,,\n" for line in (HEADER, *LINES))
QUIRK = f"{HEADER},,\n{LINES[0]},,\n{LINES[1]}\n{LINES[2]},,\n"
UNKNOWN = "\n".join(("name," + HEADER + ",ward", *(f"N,{line},7" for line in LINES), ""))
MANY = "".join(f"M{i};67;F;1,{i};1;2;false\n" for i in range(9))
SHEET = "read_sheet"

CASES: dict[str, Case] = {
    "plain": same(PLAIN),
    # encodings
    "utf-8 with a mark": same(b"\xef\xbb\xbf" + PLAIN.encode()),
    "utf-16 le": same(b"\xff\xfe" + PLAIN.encode("utf-16-le"), "read_encoding"),
    "utf-16 be": same(b"\xfe\xff" + PLAIN.encode("utf-16-be"), "read_encoding"),
    "utf-16 of Excel": same(
        b"\xff\xfe" + rewrite("\t", end="\r\n").encode("utf-16-le"),
        "read_encoding",
        "read_separator",
    ),
    "utf-32": same(PLAIN.encode("utf-32"), "read_encoding"),
    "utf-16 without a mark": refused(PLAIN.encode("utf-16-le"), "utf_16_without_mark"),
    "utf-16 named": same(PLAIN.encode("utf-16-le"), "read_encoding", encoding="utf-16-le"),
    "utf-16 named without a mark": refused(
        PLAIN.encode("utf-16-le"), "utf_16_without_mark", encoding="utf-16"
    ),
    "a mark against a name": refused(
        b"\xef\xbb\xbf" + PLAIN.encode(), "mark_contradicts_encoding", encoding="latin-1"
    ),
    "gbk named": Case(
        with_header(HEADER + ",姓名").replace("A1", "甲1").encode("gbk"),
        (),
        ((1, None, "other_width"), (2, None, "other_width"), (3, None, "other_width")),
        notes=("read_encoding", "columns_not_used"),
        encoding="gbk",
    ),
    "gbk named, an id": Case(
        f"{HEADER}\n{LINES[0]}\n".replace("A1", "甲").encode("gbk"),
        ("甲",),
        notes=("read_encoding",),
        encoding="GBK",
    ),
    "gbk not named": Case(
        PLAIN.replace("A1", "甲").encode("gbk"), ("A2", "A3"), ((1, None, "line_not_utf_8"),)
    ),
    "latin-1 named": Case(
        f"{HEADER}\n{LINES[0]}\n".replace("A1", "Ä").encode("latin-1"),
        ("Ä",),
        notes=("read_encoding",),
        encoding="ISO-8859-1",
    ),
    "a broken character of a named encoding": Case(
        PLAIN.encode().replace(b"A1", b"A\xff"),
        ("A2", "A3"),
        ((1, None, "line_not_utf_8"),),
        notes=("read_encoding",),
        encoding="gb18030",
    ),
    "half a character of utf-16": Case(
        b"\xff\xfe" + PLAIN.encode("utf-16-le").replace("A1".encode("utf-16-le"), b"A\x00\x00\xd8"),
        ("A2", "A3"),
        ((1, None, "line_not_utf_8"),),
        notes=("read_encoding",),
    ),
    "a header in no known encoding": refused(b"\xe9" + PLAIN.encode(), "header_wrong"),
    # separators and ends of lines
    "semicolons": same(rewrite(";"), "read_separator"),
    "tabs": same(rewrite("\t"), "read_separator"),
    "semicolons and decimal commas": same(
        rewrite(";", ","), "read_separator", "read_decimal_comma"
    ),
    "tabs and decimal commas": same(rewrite("\t", ","), "read_separator", "read_decimal_comma"),
    "sep= with a comma": same(f"sep=,\n{PLAIN}"),
    "sep= with a semicolon": same(f"sep=;\r\n{rewrite(';')}", "read_separator"),
    "sep= with a tab": same(f'"sep=\t"\n{rewrite(chr(9))}', "read_separator"),
    "sep= with another": refused(f"sep=|\n{PLAIN.replace(',', '|')}", "other_separator"),
    "carriage returns": same(PLAIN.replace("\n", "\r"), "read_old_line_ends"),
    "carriage returns and semicolons": same(
        rewrite(";").replace("\n", "\r"), "read_old_line_ends", "read_separator"
    ),
    "DOS": same(PLAIN.replace("\n", "\r\n")),
    "no end": same(PLAIN.rstrip()),
    "two separators as often": refused(
        with_header("id;age,sex;creatinine,kappa;lambda,mgus"), "separator_unclear"
    ),
    "a point that may separate thousands": Case(
        b"id;age;sex;creatinine;kappa;lambda;mgus\nB1;67;F;1.234;1,2;1,5;false\n",
        (),
        ((1, "creatinine", "decimal_point_between_commas"),),
        notes=("read_separator", "read_decimal_comma"),
    ),
    "only what may separate thousands": Case(
        f"{HEADER}\nB1,67,F,1.234,2,3,false\nB2,67,F,1,2,3,false\n".replace(",", ";").encode(),
        ("B2",),
        ((1, "creatinine", "decimal_unclear"),),
        notes=("read_separator",),
    ),
    "commas that may separate thousands": Case(
        b"id;age;sex;creatinine;kappa;lambda;mgus\nB1;67;F;1,234;2;3;false\n",
        (),
        ((1, "creatinine", "decimal_unclear"),),
        notes=("read_separator",),
    ),
    "both decimal marks": Case(
        b"id;age;sex;creatinine;kappa;lambda;mgus\nB1;67;F;1,5;2;3;false\nB2;67;F;1.5;2;3;false\n",
        ("B2",),
        ((1, "creatinine", "decimal_unclear"),),
        notes=("read_separator",),
    ),
    # the header
    "blanks in the header": same(with_header(" id, age , sex,creatinine\t, kappa,lambda , mgus ")),
    "capitals": same(with_header("ID,Age,SEX,Creatinine,Kappa,LAMBDA,Mgus")),
    "units": same(
        with_header("id,age (years),sex,creatinine [mg/dL],kappa (mg/dL),lambda[mg/dl],mgus")
    ),
    "units as laboratories spell them": same(
        with_header("id,age (岁),sex,creatinine [mg%],kappa (mg/dl),lambda (mg/100 ml),mgus")
    ),
    "the columns that training has beside": same(
        "\n".join(
            f"{line},{more}"
            for line, more in zip(
                (HEADER, *LINES),
                ("time,times,age_group,event,sexes", "1,2,60-70,0,x", ",,,,", "a,,b,,"),
                strict=True,
            )
        ),
        "columns_not_used",
    ),
    "a unit with an exponent of one": same(with_header(HEADER.replace("age", "age [a]"))),
    "another unit": refused(
        with_header(HEADER.replace("creatinine", "creatinine (µmol/L)")), "column_in_other_unit"
    ),
    "a unit that converts": refused(
        with_header(HEADER.replace("kappa", "kappa (mg/L)")), "column_in_other_unit"
    ),
    "no unit at all": refused(
        with_header(HEADER.replace("kappa", "kappa (serum)")), "column_in_other_unit"
    ),
    "brackets behind a word": refused(
        with_header(HEADER.replace("mgus", "mgus (0=yes)")), "column_in_other_unit"
    ),
    "two that become the same": refused(
        f"{HEADER},Age\n{LINES[0]},67\n", "column_twice"
    ),
    "two in different units": refused(
        f"{HEADER},kappa [mg/dL]\n{LINES[0]},1\n", "column_twice"
    ),
    "a sign that means something": refused(
        with_header(HEADER.replace("age", "Δage")), "header_lacks"
    ),
    "almost called so": refused(
        with_header(HEADER.replace("creatinine", "creatinin")), "column_similar"
    ),
    "columns that are not used": same(UNKNOWN, "columns_not_used"),
    "a column without a name between": same(
        re.sub("(?m)^(A.),", r"\1,x,", with_header(HEADER.replace("id,", "id,,"))),
        "columns_not_used",
    ),
    "an optional column that is absent": Case(
        b"id,age,sex,kappa,lambda,mgus\nA3,72,M,1.9,1.7,false\n",
        ("A3",),
        notes=("columns_absent",),
    ),
    "no id": Case(
        "\n".join(line.partition(",")[2] for line in (HEADER, *LINES)).encode(), (None, None, None)
    ),
    "no header": refused("\n".join(LINES), "header_lacks"),
    # padding, and rows of another width
    "empty columns": same(PADDED),
    "empty columns that some rows lack": same(QUIRK),
    "empty rows": same(PLAIN + ",,,,,,\n" * 5),
    "rows of blanks": same(PLAIN + "  \n , ,\t,,,,\n"),
    "empty rows between": same(PLAIN.replace("A2", ",,,,,,\n\r\nA2")),
    "quoted empty rows": same(PLAIN + '"","",,,,,\n'),
    "more cells than the header": Case(
        f"{HEADER}\nB1,67,F,1,1,1.2,1.5,false\n{LINES[1]}\nB3,67,F,1,1,3,9,1,5\n".encode(),
        ("A2",),
        ((1, None, "other_width"), (3, None, "other_width")),
    ),
    "one more, which is empty": Case(
        f"{HEADER}\n{LINES[0]},\n{LINES[1]}\n".encode(), ("A2",), ((1, None, "other_width"),)
    ),
    "fewer cells": Case(
        f"{HEADER}\nB1,67,F\n{LINES[1]}\n".encode(), ("A2",), ((1, None, "other_width"),)
    ),
    "a value in a padded column": Case(
        f"{HEADER},,\n{LINES[0]},,x\n{LINES[1]},,\n".encode(),
        ("A2",),
        ((1, None, "cell_without_column"),),
    ),
    "an open quote": Case(
        f'{HEADER}\nB1,67,"F,1,1,1,true\n{LINES[1]}\n'.encode(),
        ("A2",),
        ((1, None, "quote_not_closed"),),
    ),
    # cells
    **{f"{cell!r} for a number": bad_cell(cell, "not_a_number") for cell in NUMBERS},
    "a number beyond any float": bad_cell("1e400", "outside"),
    "a decimal comma between commas": bad_cell("1,1", "number_with_comma"),
    **{f"{cell!r} is a bound": bad_cell(cell, "value_is_bound", 4, "kappa") for cell in BOUNDS},
    **{f"{cell!r} may be missing": fine_cell(cell) for cell in BOUNDS},
    "a thousand with its mark": bad_cell("3,500", "number_with_comma"),
    **{f"{cell!r} beside other thousands": bad_cell(cell, "number_with_comma")
       for cell in ("3,500/uL", "1,5", "1,000 mg/dL")},
    **{f"{cell!r} is in the model's unit": fine_cell(cell) for cell in UNITS},
    **{f"{cell!r} is converted": fine_cell(cell) for cell in CONVERTED},
    **{f"{cell!r} is in another unit": bad_cell(cell, "number_in_other_unit")
       for cell in OTHER_UNITS},
    "units that say the same": respelled(
        PLAIN.replace("1.1,1.2", "1.1 mg/dl,1.2").replace("72,", "72 years,")
    ),
    **{f"{cell!r} for a boolean": fine_cell(cell, 6) for cell in YES_OR_NO},
    **{f"{cell!r} for no boolean": bad_cell(cell, "not_a_boolean", 6, "mgus")
       for cell in ("Ja", "Y", "t", "2", "-", "NA", "none")},
    **{f"{cell!r} for a choice": fine_cell(cell, 2) for cell in ("f", " F ", "ｆ", "\u00a0f", "m")},
    **{f"{cell!r} for no choice": bad_cell(cell, "not_a_choice", 2, "sex")
       for cell in ("None", "Female", "女", "-", "1")},
    **{f"{cell!r} for a value that is needed": bad_cell(cell, "not_a_number", 1, "age")
       for cell in ("-", "none", "\u00a0-\u00a0")},
    "words of another spelling": respelled(
        PLAIN.replace(",F,", ",f ,").replace("false", "No").replace("true", "YES")
    ),
    "bounds between semicolons": Case(
        f"{HEADER}\nB1,67,F,<0.5,1.2,1.5,false\nB2,67,F,<1.234,1.2,1.5,false\n"
        .replace(",", ";").replace(".", ",").encode(),
        ("B1", "B2"),
        notes=("read_separator", "read_decimal_comma"),
    ),
    "a unit behind a decimal comma": respelled(
        rewrite(";", ",").replace("1,1;", "1,1 mg/dL;").replace("0,9;", "0,9 mg/100 ml;"),
        "read_separator", "read_decimal_comma",
    ),
    "a unit behind what may separate thousands": Case(
        b"id;age;sex;creatinine;kappa;lambda;mgus\nB1;67;F;1.234 mg/dL;1,2;1,5;false\n"
        b"B2;67;F;<1.234;1,2;1,5;false\nB3;67;F;<0.5;1,2;1,5;false\n",
        ("B3",),
        ((1, "creatinine", "decimal_point_between_commas"), (2, "creatinine", "decimal_unclear")),
        notes=("read_separator", "read_decimal_comma"),
    ),
    "a unit where no decimal mark is clear": Case(
        b"id;age;sex;creatinine;kappa;lambda;mgus\nB1;67;F;1,100 mg/dL;1;2;false\n"
        b"B2;67;F;<0,5;1;2;false\nB3;67 years;F;<1,234;1;2;false\n",
        ("B2",),
        ((1, "creatinine", "decimal_unclear"), (3, "creatinine", "decimal_unclear")),
        notes=("read_separator",),
    ),
    "a unit behind every decimal comma": Case(
        b"id;age;sex;creatinine;kappa;lambda;mgus\nB1;67;F;97,2 umol/L;12,5 mg/L;15 mg/L;false\n",
        ("B1",),
        notes=("read_separator", "read_decimal_comma"),
    ),
    "one decimal point among many commas": Case(
        f"{HEADER.replace(',', ';')}\nB1;67;F;1.1;1;2;false\n{MANY}".encode(),
        tuple(f"M{i}" for i in range(9)),
        ((1, "creatinine", "decimal_point_between_commas"),),
        notes=("read_separator", "read_decimal_comma"),
    ),
    "one decimal comma among many points": Case(
        f"{HEADER.replace(',', ';')}\nB1;67;F;1,1;1;2;false\n{MANY.replace(',', '.')}".encode(),
        tuple(f"M{i}" for i in range(9)),
        ((1, "creatinine", "number_with_comma"),),
        notes=("read_separator",),
    ),
    "booleans": Case(
        "\n".join(
            [HEADER, *(f"C,67,F,1,1,1,{word}" for word in ("TRUE", "True", "1", " 0 ", "false"))]
        ).encode(),
        ("C",) * 5,
    ),
    "numbers with blanks, signs and exponents": Case(
        "\n".join(
            [HEADER, *(f"C,67,F,{one},1,1,1" for one in GOOD_NUMBERS)]
        ).encode(),
        ("C",) * 7,
    ),
    # missing words
    "NA that nobody declared": bad_cell("NA", "not_a_number"),
    "a word that was declared": Case(
        PLAIN.replace("M,,", "M,NA,").encode(),
        ("A1", "A2", "A3"),
        notes=("missing_words_taken",),
        same=True,
        missing=("NA",),
    ),
    "several words": Case(
        PLAIN.replace("M,,", "M, 未查 ,").encode(),
        ("A1", "A2", "A3"),
        notes=("missing_words_taken",),
        same=True,
        missing=("-999", "未查"),
    ),
    "a declared word where a value is needed": Case(
        f"{HEADER}\nB1,NA,F,1,1,1,true\n{LINES[1]}\n".encode(),
        ("A2",),
        ((1, "age", "required"),),
        notes=("missing_words_taken",),
        missing=("NA",),
    ),
    "a declared word for an id": Case(
        PLAIN.replace("A1", "NA").encode(),
        (None, "A2", "A3"),
        notes=("missing_words_taken",),
        missing=("NA",),
    ),
    "a declared word in another case": Case(
        PLAIN.replace("M,,", "M,na,").encode(),
        ("A1", "A2"),
        ((3, "creatinine", "not_a_number"),),
        notes=("missing_words_taken",),
        missing=("NA",),
    ),
    **{f"{word!r} declared, which is a value": Case(
        PLAIN.encode(), refused="missing_word_is_value", missing=(word,)
    ) for word in ("F", "1", "true", "67", "1.1")},
    # ids
    **{f"{cell!r} as an id": bad_cell(cell, "id_is_formula", 0, "id")
       for cell in FORMULAS if not cell.startswith("\t")},
    **{f"{cell[:9]!r} is no id": bad_cell(cell, "not_an_id", 0, "id") for cell in NOT_IDS},
    "blanks around an id": same(PLAIN.replace("A1", "  A1 ").replace("A2", "\u00a0A2")),
    # what is no table of text
    "xls": refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "file_is_of_format"),
    "gzip": refused(b"\x1f\x8b\x08" + b"\0" * 30, "file_is_of_format"),
    "pdf": refused(b"%PDF-1.7\n", "file_is_of_format"),
    "html": refused(f"<html><body><table>{PLAIN}", "file_is_of_format"),
    "xml": refused(b'\xef\xbb\xbf<?xml version="1.0"?><Workbook/>', "file_is_of_format"),
    "json": refused('{"instances": []}', "file_is_of_format"),
    "json lines": refused('[{"age": 1}]', "file_is_of_format"),
    "png": refused(b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "file_is_of_format"),
    "another archive": refused(b"PK\x05\x06" + b"\0" * 18, "file_is_of_format"),
    "a damaged workbook": refused(workbook(PLAIN)[:900], "sheet_damaged"),
    "nothing": refused(b"", "file_empty"),
    "empty lines": refused(b"\n\r\n", "header_missing"),
    # spreadsheets
    "a workbook": same(workbook(PLAIN), SHEET),
    "a workbook with a hidden sheet": same(
        write_workbook({"Rows": sheet_of(PLAIN), "Old": sheet_of(PLAIN)}, hidden=["Old"]), SHEET
    ),
    "a workbook with a legend": same(workbook(PLAIN, Legend=[["sex", "F or M"]]), SHEET),
    "a workbook with an empty sheet": same(workbook(PLAIN, Empty=[]), SHEET),
    "a workbook with two tables": refused(workbook(PLAIN, More=sheet_of(PLAIN)), "sheets_fit"),
    "a workbook of nothing": refused(write_workbook({"Empty": []}), "file_empty"),
    "a workbook of hidden sheets": refused(
        write_workbook({"Rows": sheet_of(PLAIN), "None": []}, hidden=["Rows"]), "file_empty"
    ),
    "a workbook with padding": same(
        write_workbook({"Rows": [*sheet_of(PLAIN), [None], ["", " "], []]}), SHEET
    ),
    "a workbook that begins below": same(
        write_workbook({"Rows": [[], [None], *sheet_of(PLAIN)]}), SHEET
    ),
    "a workbook of texts": same(
        write_workbook({"Rows": [line.split(",") for line in (HEADER, *LINES)]}), SHEET
    ),
    "a formula with its value": same(changed(4, Cell(1.2, formula="0.6*2")), SHEET),
    "a formula without a value": Case(
        changed(3, Cell(None, formula="1+1")),
        ("A2", "A3"),
        ((1, "creatinine", "cell_not_calculated"),),
        notes=(SHEET,),
    ),
    "a formula without a value in the last row": Case(
        changed(3, Cell(None, formula="1+1"), row=3),
        ("A1", "A2"),
        ((3, "creatinine", "cell_not_calculated"),),
        notes=(SHEET,),
    ),
    "an error": Case(
        changed(3, Cell("#N/A")), ("A2", "A3"), ((1, "creatinine", "not_a_number"),), notes=(SHEET,)
    ),
    "an error that was declared": Case(
        changed(3, Cell("#N/A"), row=3),
        ("A1", "A2", "A3"),
        notes=(SHEET, "missing_words_taken"),
        same=True,
        missing=("#N/A",),
    ),
    "an error for an id": Case(
        changed(0, Cell("#REF!")), ("A2", "A3"), ((1, "id", "not_an_id"),), notes=(SHEET,)
    ),
    "a date": Case(
        changed(3, Cell(45000, DATE)),
        ("A2", "A3"),
        ((1, "creatinine", "cell_is_date"),),
        notes=(SHEET,),
    ),
    "a percentage": Case(
        changed(3, Cell(0.45, PERCENT)),
        ("A2", "A3"),
        ((1, "creatinine", "cell_shown_otherwise"),),
        notes=(SHEET,),
    ),
    "shown in thousands": Case(
        changed(3, Cell(1.1, THOUSANDS)),
        ("A2", "A3"),
        ((1, "creatinine", "cell_shown_otherwise"),),
        notes=(SHEET,),
    ),
    "a date for an id": Case(
        changed(0, Cell(45000, DATE)), ("2023-03-15", "A2", "A3"), notes=(SHEET,)
    ),
    "a number for an id": Case(changed(0, 1001.0), ("1001", "A2", "A3"), notes=(SHEET,)),
    "a number for an id that a spreadsheet has rounded": Case(
        changed(0, 1234567890123456.0),
        ("A2", "A3"),
        ((1, "id", "id_of_too_many_digits"),),
        notes=(SHEET,),
    ),
    "merged ids": Case(
        changed(0, "A1", merged=["A2:A3"]),
        ("A3",),
        ((1, "id", "cells_merged"), (2, "id", "cells_merged")),
        notes=(SHEET,),
    ),
    "merged values": Case(
        changed(0, "A1", merged=["D3:D4"]),
        ("A1",),
        ((2, "creatinine", "cells_merged"), (3, "creatinine", "cells_merged")),
        notes=(SHEET,),
    ),
    "a merged header": refused(changed(0, "A1", merged=["A1:B1"]), "header_merged"),
    "a comma in a workbook": Case(
        changed(3, "1,1"), ("A2", "A3"), ((1, "creatinine", "number_with_comma"),), notes=(SHEET,)
    ),
    "a value beside the table of a workbook": Case(
        changed(7, "x"),
        ("A2", "A3"),
        ((1, None, "cell_without_column"),),
        notes=(SHEET,),
    ),
}  # fmt: skip
