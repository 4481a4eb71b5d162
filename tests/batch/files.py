"""Files of rows for tests: in memory, or drawn by Hypothesis with everything that goes wrong."""

from typing import Any

from hypothesis import strategies as st

from medmaas.model.registry import Model
from medmaas.table.formats import Format
from medmaas.table.reader import open_rows
from medmaas.table.rows import Chunk
from medmaas.table.score import Scorer

HEADER = b"id,age,sex,creatinine,kappa,lambda,mgus"
GOOD = b"a,67,F,1.1,1.2,1.5,false"


class Memory:
    """A source that is no file."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.etag = "etag"
        self.metadata: dict[str, str] = {}
        self.size = len(content)

    def read(self, start: int, end: int) -> bytes:
        return self.content[start:end]

    def read_neighbour(self, _key: str, _at_most: int) -> bytes | None:
        return None


def chunks_of(
    content: bytes, model: Model, kind: str = "csv", *, gzip: bool = False
) -> list[Chunk]:
    fmt = Format("csv" if kind == "csv" else "jsonl", gzip)
    return list(open_rows(Memory(content), fmt, model).chunks())


def score(content: bytes, model: Model, kind: str = "csv") -> dict[str, Any]:
    """Everything that comes out of a file, as one."""
    scorer = Scorer(model, kind)
    chunks = chunks_of(content, model, kind)
    scored = [scorer.score(chunk.read()) for chunk in chunks]
    return {
        "predictions": b"".join(part.predictions for part in scored),
        "rejects": b"".join(part.rejected for part in scored),
        "rows": sum(chunk.count for chunk in chunks),
        "scored": sum(part.count for part in scored),
        "rejected": sum(len({reject.row for reject in part.rejects}) for part in scored),
        "empty_lines": sum(chunk.empty_lines for chunk in chunks),
    }


GOOD_LINES = st.sampled_from(
    [
        GOOD,
        b"b,54,M,,0.8,1.1,TRUE",
        b'"c, d",81,F,1.6,2.4,2.0,1',
        b'"one\nid",72,M,0.9,1.9,1.7,0',
        b'"say ""no""",72,M,0.9,1.9,1.7,0',
        "Å,45,F,0.7,0.9,1.0,false".encode(),
        b",88, F ,2.1,4.6,3.8,false",
    ]
)
BAD_LINES = st.sampled_from(
    [
        b"a,67,F,1.1,1.2,1.5",
        b"a,67,F,1.1,1.2,1.5,false,",
        b"a,old,F,1.1,1.2,1.5,false",
        b"a,167,F,1.1,1.2,1.5,false",
        b"a,,F,1.1,1.2,1.5,false",
        b"a,NaN,F,1.1,1.2,1.5,false",
        b"a,6_7,F,1.1,1.2,1.5,false",
        b'a,67,"F,1.1,1.2,1.5,false',
        b'a,67,"F"x,1.1,1.2,1.5,false',
        b"\xe5,67,F,1.1,1.2,1.5,false",
        b"\0",
        b"a,6\r7,F,1.1,1.2,1.5,false",
        b"   ",
        b",,,,,,",
        b"x" * 400,
    ]
)
LINES = st.lists(
    st.tuples(st.one_of(GOOD_LINES, BAD_LINES, st.just(b"")), st.sampled_from([b"\n", b"\r\n"])),
    max_size=40,
)


@st.composite
def csv_files(draw: st.DrawFn) -> bytes:
    """A header, and lines of every kind, ending as files end."""
    body = b"".join(line + end for line, end in draw(LINES))
    start = draw(st.sampled_from([b"", b"\xef\xbb\xbf", b"\n", b"\r\n\r\n"]))
    if draw(st.booleans()):
        body = body.removesuffix(b"\n").removesuffix(b"\r")
    return start + HEADER + draw(st.sampled_from([b"\n", b"\r\n"])) + body
