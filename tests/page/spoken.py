"""Every sentence of the service that the page may show, read from its source."""

import ast
import re
from collections.abc import Iterator
from functools import cache

from tests.conftest import ROOT

SPEAKERS = (
    "model/body.py", "model/predict.py", "model/registry.py", "model/session.py",
    "model/inputs/*.py", "model/outputs/*.py", "model/uncertainty/*.py", "model/explanation/*.py",
    "api/models.py", "api/body.py", "api/app.py", "api/access_log.py",
)  # fmt: skip
UNSAID = {  # words in the same files that are no sentences of an answer
    "Medical models as a service. For research use, not for time-critical decisions. "
    "Every answer names the model, version and sha256 that made it.",  # title of /docs
    "this function answers HTTP requests only: send an API Gateway or load-balancer event",
    "there are no models in {}: name a directory that holds <id>/<version>/manifest.json, by "
    "--models or MEDMAAS_MODELS",  # nothing is served then
    "Value error, ",  # taken away from what pydantic says
    "abstained", "explanation", "forced", "id", "other", "row", "warnings",  # names in JSON
}  # fmt: skip
GAP = "{}"
_OF_A_SCHEMA = re.compile(r"json_schema|describe_[a-z_]+|_name_columns|_list_texts")
_BUGS = {"AssertionError", "TypeError"}  # which nobody is told of
_SENTENCE_OR_WORD = re.compile(r".*[A-Za-z]{2}.* .*|.* .*[A-Za-z]{2}.*|[a-z]{2,}|\{\}-[a-z]+")


def collect_formats() -> set[str]:
    """Clauses as they are written, {} for what is filled in, and words that are chosen between."""
    return {text for text in collect_all() - UNSAID if _SENTENCE_OR_WORD.fullmatch(text)}


def collect_joiners() -> set[str]:
    """What lists are joined by, where it has no words."""
    return {text[2:-2] for text in _collect() if re.fullmatch(r"\{\}[,;] \{\}", text)}


@cache
def collect_all() -> set[str]:
    """The same with all that has no words, and with names."""
    return {clause for text in _collect() for clause in text.split("; ")}


def _collect() -> set[str]:
    code = ROOT / "functions" / "medmaas"
    paths = (path for pattern in SPEAKERS for path in code.glob(pattern))
    return {text for path in paths for text in _list_texts(ast.parse(path.read_text("utf-8")))}


def _list_texts(module: ast.Module) -> Iterator[str]:
    left: list[ast.AST | None] = [module]
    while left:
        node = left.pop()
        match node:
            case ast.JoinedStr(values=values):
                yield _write_format(node)
                left += [part.value for part in values if isinstance(part, ast.FormattedValue)]
            case ast.AugAssign(value=ast.JoinedStr() as added):
                yield GAP + _write_format(added)
            case ast.Call(func=ast.Attribute(value=ast.Constant(value=str(joiner)), attr="join")):
                yield GAP + joiner + GAP
                left += node.args
            case ast.Constant(value=str(text)) if " " in text.strip():
                yield text
            case ast.AST():
                yield from _list_words(node)
                left += _list_spoken(node)


def _list_spoken(node: ast.AST) -> Iterator[ast.AST | None]:
    """The parts of the code that may hold a sentence: no docstrings, annotations and schemas."""
    match node:
        case ast.FunctionDef(args=args, body=body, name=name):
            if not _OF_A_SCHEMA.fullmatch(name):
                yield from (*args.defaults, *args.kw_defaults, *body)
        case ast.Raise(exc=ast.Call(func=ast.Name(id=name))) if name in _BUGS:
            pass
        case ast.Expr(value=ast.Constant()):
            pass
        case _:
            yield from ast.iter_child_nodes(node)


def _list_words(node: ast.AST) -> Iterator[str]:
    """Words that a function returns, or chooses between, or that a name stands for."""
    if isinstance(node, ast.IfExp | ast.Return | ast.Assign):
        left = list(ast.iter_child_nodes(node))
        while left:
            match left.pop():
                case ast.Constant(value=str(text)):
                    yield text
                case ast.Tuple(elts=parts):
                    left += parts


def _write_format(node: ast.JoinedStr) -> str:
    parts = [part.value if isinstance(part, ast.Constant) else GAP for part in node.values]
    return "".join(map(str, parts))
