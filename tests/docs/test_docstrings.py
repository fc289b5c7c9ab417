"""Every example in a docstring of the package is executed, and every public object has one.

An example sees its own module, and the names `wechatlog` and `operations`, as a reader of the page of the API would have
imported them. It runs in a folder with copies of `examples/`.
"""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.docs.test_examples import FLAGS, workplace

import wechatlog
from wechatlog import operations

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

__all__ = ["workplace"]


PACKAGE = Path(wechatlog.__file__).parent


def examples() -> Iterator[doctest.DocTest]:
    """The docstrings with examples; modules without any are not imported."""
    finder = doctest.DocTestFinder(exclude_empty=True)
    for path in sorted(PACKAGE.rglob("*.py")):
        if ">>> " in path.read_text("utf-8"):
            name = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")
            module = importlib.import_module(name)
            names = {**vars(module), "wechatlog": wechatlog, "operations": operations}
            yield from (test for test in finder.find(module, globs=names) if test.examples)


@pytest.mark.parametrize("test", list(examples()), ids=lambda test: test.name)
def test_the_examples_of_docstrings_run(test: doctest.DocTest, workplace: object) -> None:
    del workplace
    told: list[str] = []
    result = doctest.DocTestRunner(optionflags=FLAGS).run(test, out=told.append)
    assert result.failed == 0, "".join(told)


@pytest.mark.parametrize("module", [wechatlog, operations], ids=lambda module: module.__name__)
def test_every_public_object_has_an_example(module: ModuleType) -> None:
    lacking = [name for name in module.__all__ if ">>> " not in (getattr(module, name).__doc__ or "")]
    assert lacking == []
