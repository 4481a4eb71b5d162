"""Which codes the source speaks by, read from its syntax trees.

A code is what `Fact` or an error is made of, or a function that hands its parameter on to them.
"""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import product

from tests.conftest import ROOT

Places = Mapping[str, int]  # by name of a function or class, which of its arguments is a code


class Source:
    """A file, and what its names may stand for."""

    def __init__(self, text: str) -> None:
        self.tree = ast.parse(text)
        self.calls = [node for node in ast.walk(self.tree) if isinstance(node, ast.Call)]
        self._values = defaultdict[str, list[ast.expr]](list)
        for node in ast.walk(self.tree):
            match node:
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    self._values[name].append(value)
                case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
                    for target, value in zip(names, values, strict=True):
                        self._values[ast.unparse(target)].append(value)
                case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                    self._values[name].append(value)
                case ast.FunctionDef(name=name):
                    returned = [one for one in ast.walk(node) if isinstance(one, ast.Return)]
                    self._values[f"{name}()"] += [one.value for one in returned if one.value]

    def resolve(self, node: ast.expr) -> list[str]:
        """The texts that an expression may be, as regular expressions; none if it is no text."""
        match node:
            case ast.Constant(value=str(text)):
                return [re.escape(text)]
            case ast.JoinedStr(values=values):
                parts = [self._resolve_part(value) for value in values]
                return ["".join(chosen) for chosen in product(*parts)]
            case _:
                others = self._list_alternatives(node)
                return [text for other in others for text in self.resolve(other)]

    def _list_alternatives(self, node: ast.expr) -> Sequence[ast.expr]:
        """The expressions whose value an expression may have, or which it holds."""
        found: Sequence[ast.expr] = ()
        match node:
            case ast.IfExp(body=body, orelse=other):
                found = (body, other)
            case ast.Name(id=name):
                found = self._values[name]
            case ast.Call(func=ast.Name(id=name)):
                found = self._values[f"{name}()"]
            case ast.Call(func=ast.Attribute(value=value, attr="get"), args=[_, *default]):
                found = (value, *default)
            case ast.Subscript(value=value):
                found = (value,)
            case ast.Tuple(elts=held) | ast.List(elts=held) | ast.Dict(values=held):
                found = held
        return found

    def _resolve_part(self, node: ast.expr) -> list[str]:
        if isinstance(node, ast.FormattedValue):
            return self.resolve(node.value) or [r"\w+"]
        return self.resolve(node)


class Spoken:
    """The codes of all files, and what is given beside each.

    Attributes:
        codes: as regular expressions, because some are composed.
        of_rules: what a ValueError is made of, which pydantic hands on; most are no codes.
    """

    def __init__(self) -> None:
        paths = sorted((ROOT / "functions" / "medmaas").rglob("*.py"))
        self.sources = [Source(path.read_text(encoding="utf-8")) for path in paths]
        self.places = self._find_places()
        self.codes = {code for _, code in self._list_codes()}
        self.of_rules = {
            code
            for source in self.sources
            for call in source.calls
            if _name(call) == "ValueError"
            for code in source.resolve(call.args[0])
        }

    def list_limits(self) -> Iterator[tuple[str, set[str]]]:
        """Codes that are written out where a fact or an error is made, and the names beside."""
        for call, code in self._list_codes():
            names = {keyword.arg for keyword in call.keywords}
            written_out = isinstance(call.args[self.places[_name(call)]], ast.Constant)
            if written_out and None not in names:
                yield code, {name for name in names if name}

    def _find_places(self) -> Places:
        """`Fact`, every class and function that hands a parameter of its own on to a known one."""
        places = {"Fact": 0}
        while True:
            known = len(places)
            for source in self.sources:
                for node in ast.walk(source.tree):
                    places |= _find_place(node, places)
            if len(places) == known:
                return places

    def _list_codes(self) -> Iterator[tuple[ast.Call, str]]:
        for source in self.sources:
            for call in source.calls:
                place = self.places.get(_name(call))
                if place is not None and len(call.args) > place:
                    for code in source.resolve(call.args[place]):
                        yield call, code


def _name(call: ast.Call) -> str:
    match call.func:
        case ast.Name(id=name):
            return name
        case ast.Attribute(attr=name):
            return name
        case _:
            return ""


def _find_place(node: ast.AST, places: Places) -> dict[str, int]:
    match node:
        case ast.ClassDef(name=name, bases=[ast.Name(id=base), *_]) if base in places:
            return {name: places[base]}
        case ast.ClassDef(name=name, body=body):
            inits = [one for one in body if getattr(one, "name", "") == "__init__"]
            found = _find_handed_on(inits[0], places) if inits else None
            return {} if found is None else {name: found - 1}  # it takes itself, too
        case ast.FunctionDef(name=name) if name != "__init__":
            found = _find_handed_on(node, places)
            return {} if found is None else {name: found}
        case _:
            return {}


def _find_handed_on(function: ast.AST, places: Places) -> int | None:
    """Which parameter, a code, a function hands on to a place where a code is wanted."""
    assert isinstance(function, ast.FunctionDef)
    parameters = [argument.arg for argument in function.args.args]
    for call in ast.walk(function):
        if isinstance(call, ast.Call):
            place = places.get(_name(call))
            if place is not None and len(call.args) > place:
                given = call.args[place]
                if isinstance(given, ast.Name) and given.id in parameters:
                    return parameters.index(given.id)
    return None
