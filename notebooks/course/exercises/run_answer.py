"""Runs the learner's answer once; compares it with the given code, and finds the `registration` in use."""

from __future__ import annotations

import ast
import inspect
import linecache
import traceback
from collections.abc import Callable
from types import CodeType, TracebackType
from typing import Any

from course.exercises.verdict import NOT_TRIED, Settled, code, raised, shown, wrong


def call(function: Callable, *arguments: Any, when: str = "") -> Any:
    """What the learner's function returns.

    `when` tells an error's reader which case it was: "for a token without `roles`".
    Raises Settled if there is no function, if it returned `...`, and if it raised.
    """
    if not callable(function):
        raise Settled(
            wrong(
                f"the check wants the function itself, to try it out, and was given {shown(function)}: "
                "write its name without parentheses"
            )
        )
    try:
        result = function(*arguments)
    except Settled:
        raise
    # Every exception becomes the verdict. sys.exit() must not end the cell silently either.
    except (Exception, SystemExit) as error:  # noqa: BLE001
        raise Settled(raised(_what_happened(error, function, when))) from None
    if result is ...:
        raise Settled(NOT_TRIED)
    return result


def untouched(answer: object, start: str) -> bool:
    """Whether the answer is still `...`, or a function with the code that the exercise began with."""
    if answer is ... or (isinstance(answer, list | tuple | set) and set(map(id, answer)) == {id(...)}):
        return True
    if not inspect.isfunction(answer):
        return False
    return any(_same_code(answer.__code__, given) for given in _functions(start))


def registration(answer: object = None) -> Any:
    """The `registration` of the learner's notebook: its trace is the one in view. Loaded where there is none."""
    found = registration_at_hand(answer)
    if found is not None:
        return found
    from course.registration import Registration

    return Registration.load()


def registration_at_hand(answer: object = None) -> Any:
    """The `registration` of the learner's notebook, or None."""
    from IPython import get_ipython

    shell = get_ipython()
    for namespace in (_namespace(answer), shell.user_ns if shell else {}):
        if namespace.get("registration") is not None:
            return namespace["registration"]
    return None


def _namespace(answer: object) -> dict[str, Any]:
    return getattr(inspect.unwrap(answer), "__globals__", {}) if callable(answer) else {}


def _what_happened(error: BaseException, function: Callable, when: str) -> str:
    problem = "".join(traceback.format_exception_only(error))
    place = _learners_line(error.__traceback__, function)
    return code(problem) + (f" {when}" if when else "") + (f", in {place}" if place else "")


def _learners_line(trace: TracebackType | None, function: Callable) -> str:
    """The last line of the notebook that ran, with its number in its cell."""
    namespace = _namespace(function)
    number, file = 0, ""
    for frame, line in traceback.walk_tb(trace):
        if frame.f_globals is namespace:
            number, file = line, frame.f_code.co_filename
    definition = getattr(inspect.unwrap(function), "__code__", None)
    if not number and definition:  # the call itself failed: the parameters don't fit
        number, file = definition.co_firstlineno, definition.co_filename
    source = linecache.getline(file, number).strip() if number else ""
    return f"line {number}: {code(source)}" if source else f"line {number}" if number else ""


def _functions(source: str) -> list[CodeType]:
    # Also each statement by itself, as IPython compiles a cell: beside an `import jwt` the code of `jwt.decode(…)` differs.
    module = ast.parse(source)
    parts = [module, *(ast.Module(body=[statement], type_ignores=[]) for statement in module.body)]
    compiled = [compile(part, "<exercise>", "exec") for part in parts]
    return [constant for code in compiled for constant in code.co_consts if isinstance(constant, CodeType)]


def _same_code(one: CodeType, other: CodeType) -> bool:
    # Not one == other: that compares line numbers too, and a learner may have put a blank line above.
    return all(
        getattr(one, part) == getattr(other, part)
        for part in ("co_name", "co_varnames", "co_code", "co_consts", "co_names")
    )
