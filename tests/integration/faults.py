"""Faults at every `await` of a module, found in its source."""

import ast
import inspect
import types
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, Final

import trio
from attrs import define, field, frozen

from semroute.adapters.grpc.call import CallServer

_HOOK: Final = "__await_with_faults__"


class InjectedError(Exception):
    """What nobody has foreseen."""


@frozen
class Site:
    """One `await` in the source."""

    module: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.module.rpartition('.')[2]}:{self.line}:{self.column}"


@frozen
class Fault:
    """What goes wrong, and where.

    Args:
        kind: `raise`, or `cancel`, which is what a shutdown does to a call.
        when: `before` or `after` what is awaited.
        site: Where.
        visit: At which of one request's visits to the site, from 0.
    """

    kind: str
    when: str
    site: Site
    visit: int


@define
class Injector:
    """Knows every site, and which of them have been visited; arms one fault at a time."""

    sites: set[Site] = field(factory=set)
    reached: set[Site] = field(factory=set)
    has_struck: bool = False
    _fault: Fault | None = None
    _visits: int = 0

    def arm(self, fault: Fault) -> None:
        self._fault, self._visits, self.has_struck = fault, 0, False

    def disarm(self) -> None:
        self._fault = None

    async def wait(self, site: Site, awaitable: Awaitable[Any]) -> Any:
        self.reached.add(site)
        fault = self._fault
        is_due = fault is not None and fault.site == site and self._visits == fault.visit
        self._visits += fault is not None and fault.site == site
        if fault is not None and is_due and fault.when == "before":
            if inspect.iscoroutine(awaitable):
                awaitable.close()
            await self._strike(fault)
        result = await awaitable
        if fault is not None and is_due and fault.when == "after":
            await self._strike(fault)
        return result

    async def _strike(self, fault: Fault) -> None:
        self.has_struck = True
        if fault.kind == "raise":
            raise InjectedError
        _SHUTDOWN.get().cancel()
        await trio.lowlevel.checkpoint()


_SHUTDOWN: ContextVar[trio.CancelScope] = ContextVar("_SHUTDOWN")


@contextmanager
def injected(*modules: types.ModuleType) -> Iterator[Injector]:
    """Puts an injector behind every `await` in these modules while the context lasts."""
    injector = Injector()
    undo: list[tuple[types.FunctionType, types.CodeType]] = []
    serve = CallServer.__call__

    async def serve_visibly(
        self: CallServer, stream: Any, headers: Any, shutdown: trio.CancelScope
    ) -> None:
        _SHUTDOWN.set(shutdown)
        await serve(self, stream, headers, shutdown)

    try:
        CallServer.__call__ = serve_visibly  # type: ignore[method-assign]
        for module in modules:
            codes = _instrumented(module, injector)
            vars(module)[_HOOK] = injector.wait
            for function in _functions(module):
                undo.append((function, function.__code__))
                function.__code__ = codes[function.__qualname__]
        yield injector
    finally:
        CallServer.__call__ = serve  # type: ignore[method-assign]
        for function, code in undo:
            function.__code__ = code
        for module in modules:
            del vars(module)[_HOOK]


class _Transformer(ast.NodeTransformer):
    def __init__(self, module: str, injector: Injector) -> None:
        self._module = module
        self._injector = injector

    def visit_Await(self, node: ast.Await) -> ast.AST:
        self.generic_visit(node)
        site = Site(self._module, node.lineno, node.col_offset)
        self._injector.sites.add(site)
        values = (ast.Constant(value) for value in (site.module, site.line, site.column))
        hook = ast.Name(_HOOK, ast.Load())
        made = ast.Call(ast.Name("__site__", ast.Load()), [*values], [])
        return ast.Await(ast.Call(hook, [made, node.value], []))

    def _refuse(self, node: ast.AST) -> ast.AST:
        message = f"{ast.unparse(node)} suspends too; teach this about it"
        raise AssertionError(message)

    visit_AsyncFor = visit_AsyncWith = _refuse  # noqa: N815 - ast finds them by these names


def _instrumented(module: types.ModuleType, injector: Injector) -> dict[str, types.CodeType]:
    """Returns the code of every function of the module, by qualified name, with the hook in it."""
    assert module.__file__ is not None
    vars(module)["__site__"] = Site
    tree = ast.parse(Path(module.__file__).read_text())
    tree = ast.fix_missing_locations(_Transformer(module.__name__, injector).visit(tree))
    code = compile(tree, module.__file__, "exec")
    return {each.co_qualname: each for each in _nested(code)}


def _nested(code: types.CodeType) -> Iterator[types.CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield constant
            yield from _nested(constant)


def _functions(module: types.ModuleType) -> Iterator[types.FunctionType]:
    """Yields every coroutine function that the module and its classes define."""
    owners = [module, *(each for each in vars(module).values() if inspect.isclass(each))]
    for owner in owners:
        for member in vars(owner).values():
            is_ours = inspect.iscoroutinefunction(member) and member.__module__ == module.__name__
            if is_ours and isinstance(member, types.FunctionType):
                yield member
