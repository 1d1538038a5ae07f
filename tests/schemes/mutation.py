"""Do the tests notice when a money function is changed? Mutation testing of the pure rules.

    python -m tests.schemes.mutation [module ...] [--list]

Every operator, comparison, constant and condition of the modules below is changed, one at a time;
a change that no case and no test notices has survived and is printed with its line. Each mutant
runs in a fork of one warm process: first all cases of all programmes, then the tests. The code of
the functions is exchanged in place, so that everybody who imported them meets the mutant.
"""

import ast
import contextlib
import copy
import importlib
import inspect
import os
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import pytest
from hypothesis import settings

from shared.schemes.cases.cases import run
from shared.schemes.library import load
from tests.schemes.test_cases import CASES

MODULES = (
    "decide.apportion", "decide.base", "decide.shares", "decide.caps", "decide.payments",
    "decide.loss", "decide.claims", "decide.recovery", "decide.escrow", "decide.sequence",
    "decide.limits", "decide.breakers", "decide.subsidies", "decide.subsidy_amounts",
    "decide.lpr", "decide.deadlines", "rules.sharing",
)  # fmt: skip
NOT_MONEY = {
    "as_data", "from_data", "explain_limits", "explain_escrow", "weights_of", "_table",
}  # fmt: skip
"""Told or stored, not computed: these have their own tests. `weights_of` and the LPR table are
read once and cached in the warm process, where a mutant would not be met."""

TELLING = ("Words", "limit", "Step", "Explanation")
"""Calls that put words together."""

TESTS = (
    "test_apportion.py", "test_limits.py", "test_breakers.py", "test_subsidies.py",
    "test_base_and_shares.py", "test_caps_and_payments.py", "test_recovery_and_escrow.py",
    "test_laws_of_recovery.py", "test_laws_of_loss.py", "test_missing_facts.py",
    "test_subsidies_of_interest.py",
)  # fmt: skip
SECONDS_OF_CASES, SECONDS_OF_TESTS = 15, 150
"""A mutant that is not done by then runs for ever, and is noticed."""
HERE = Path(__file__).parent

_SWAPS: dict[type, tuple[type, ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.FloorDiv,),
    ast.FloorDiv: (ast.Mult,),
    ast.Div: (ast.Mult,),
    ast.Mod: (ast.Mult,),
    ast.And: (ast.Or,),
    ast.Or: (ast.And,),
}
_CALLS = {"min": "max", "max": "min", "any": "all", "all": "any"}


@dataclass(frozen=True)
class Mutant:
    """One change: where it is and what it makes of the line."""

    module: str
    line: int
    what: str
    tree: ast.Module


def mutants(module: str) -> Iterator[Mutant]:
    """Every change of a module's computing functions, one at a time."""
    path = HERE.parents[1] / "shared" / "schemes" / f"{module.replace('.', '/')}.py"
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for function in _functions(tree):
        for node in _computing(function):
            for what, change in _changes(node):
                changed = copy.deepcopy(tree)
                same = _same(changed, node)
                change(same)
                ast.fix_missing_locations(changed)
                yield Mutant(module, node.lineno, what, changed)


def _functions(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name not in NOT_MONEY:
            yield node
        if isinstance(node, ast.ClassDef):
            for item in node.body:
                if isinstance(item, ast.FunctionDef) and item.name not in NOT_MONEY:
                    yield item


def _computing(function: ast.FunctionDef) -> Iterator[Any]:
    """The nodes that compute: not messages, assertions or annotations."""
    waiting: list[ast.AST] = list(function.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Raise | ast.Assert | ast.JoinedStr):
            continue
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue  # a docstring
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in TELLING:
            continue
        if hasattr(node, "lineno"):
            yield node
        children = list(ast.iter_child_nodes(node))
        if isinstance(node, ast.Call):  # zip(…, strict=True) guards against us, not the figures
            strict = [word for word in node.keywords if word.arg == "strict"]
            children = [child for child in children if child not in strict]
        if isinstance(node, ast.AnnAssign):
            children.remove(node.annotation)
        waiting.extend(children)


def _changes(node: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(node, ast.Compare):
        for index, op in enumerate(node.ops):
            for other in _SWAPS.get(type(op), ()):
                yield f"{type(op).__name__} → {other.__name__}", _set_op(index, other)
    if isinstance(node, ast.BinOp | ast.AugAssign | ast.BoolOp):
        for other in _SWAPS.get(type(node.op), ()):
            yield (
                f"{type(node.op).__name__} → {other.__name__}",
                lambda same, other=other: setattr(same, "op", other()),
            )
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield "not dropped", lambda same: setattr(same, "op", ast.UAdd())
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield "minus dropped", lambda same: setattr(same, "op", ast.UAdd())
    if isinstance(node, ast.Constant) and type(node.value) is int:
        yield f"{node.value} + 1", lambda same: setattr(same, "value", same.value + 1)
    if isinstance(node, ast.Constant) and type(node.value) is bool:
        yield f"not {node.value}", lambda same: setattr(same, "value", not same.value)
    if isinstance(node, ast.Constant) and type(node.value) is str and node.value:
        yield f"another word for {node.value!r}", lambda same: setattr(same, "value", "XX")
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") in _CALLS:
        other = _CALLS[node.func.id]
        yield f"{node.func.id} → {other}", lambda same: setattr(same.func, "id", other)
    if isinstance(node, ast.If | ast.IfExp | ast.While):
        yield "never", lambda same: setattr(same, "test", ast.Constant(False))
    if isinstance(node, ast.If | ast.IfExp):
        yield "always", lambda same: setattr(same, "test", ast.Constant(True))
    if isinstance(node, ast.AugAssign):
        yield "not added", lambda same: setattr(same, "value", ast.Constant(0))


def _set_op(index: int, other: type) -> Any:
    def change(same: ast.Compare) -> None:
        same.ops[index] = other()

    return change


def _same(tree: ast.Module, node: Any) -> Any:
    """The node of a copied tree that stands where `node` stands in the first."""
    for candidate in ast.walk(tree):
        if (
            type(candidate) is type(node)
            and candidate.lineno == node.lineno
            and candidate.col_offset == node.col_offset
            and candidate.end_lineno == node.end_lineno
            and candidate.end_col_offset == node.end_col_offset
        ):
            return candidate
    raise AssertionError("the copy is not a copy")


def install(mutant: Mutant) -> None:
    """Exchange the code of the module's functions for that of the mutant."""
    module = importlib.import_module(f"shared.schemes.{mutant.module}")
    code = compile(mutant.tree, str(module.__file__), "exec")
    made = ModuleType(module.__name__)
    made.__dict__.update(__file__=module.__file__)
    sys.modules[module.__name__] = made
    exec(code, made.__dict__)
    sys.modules[module.__name__] = module
    _exchange(module.__dict__, made.__dict__, module.__name__)


def _exchange(old: Any, new: Any, name: str) -> None:
    for key, fresh in list(new.items()):
        stale = old.get(key)
        if inspect.isclass(fresh) and fresh.__module__ == name:
            _exchange(dict(vars(stale)), dict(vars(fresh)), name)
        elif isinstance(fresh, property) and isinstance(stale, property):
            stale.fget.__code__ = fresh.fget.__code__
        elif isinstance(fresh, FunctionType) and fresh.__module__ == name:
            with contextlib.suppress(ValueError, AttributeError):
                stale.__code__ = fresh.__code__


def noticed(mutant: Mutant) -> bool:
    """Whether a case or a test fails, in a fork."""
    child = os.fork()
    if child == 0:
        signal.alarm(SECONDS_OF_CASES)
        silent = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silent, 1)
        os.dup2(silent, 2)
        try:
            install(mutant)
            if any(not run(case, load(name)).passed for name, case in CASES):
                os._exit(1)
            signal.alarm(SECONDS_OF_TESTS)
            files = [str(HERE / name) for name in TESTS]
            plugins = ["-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:randomly"]
            os._exit(1 if pytest.main(["-x", "-q", *plugins, *files]) else 0)
        except BaseException:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0


def say(line: str) -> None:
    """Progress, at once: a run takes a while."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    chosen = [word for word in sys.argv[1:] if not word.startswith("-")] or list(MODULES)
    settings.register_profile(
        "mutation", max_examples=25, derandomize=True, database=None, deadline=None
    )
    settings.load_profile("mutation")
    for name in {name for name, _ in CASES}:
        load(name)
    assert all(run(case, load(name)).passed for name, case in CASES)
    total, survived, began = 0, [], time.monotonic()
    for module in chosen:
        for mutant in mutants(module):
            total += 1
            if "--list" not in sys.argv and not noticed(mutant):
                survived.append(mutant)
                say(f"survived: {mutant.module}:{mutant.line} {mutant.what}")
        say(f"{module}: {total} so far, {len(survived)} survived")
    killed = total - len(survived)
    minutes = (time.monotonic() - began) / 60
    say(f"{total} mutants, {killed} killed ({killed * 100 / total:.1f} %), {minutes:.0f} min")
    return 0


if __name__ == "__main__":
    sys.exit(main())
