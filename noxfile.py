"""What CI runs; `nox` alone runs all of it."""

import shutil
from pathlib import Path

import nox

nox.needs_version = ">=2024.4"
nox.options.default_venv_backend = "venv"
nox.options.error_on_external_run = True
nox.options.reuse_existing_virtualenvs = True
ROOT = Path(__file__).parent


@nox.session
def lint(session: nox.Session) -> None:
    """Format, lint, layers."""
    session.install("-e", ".[lint]")
    session.run("ruff", "format", "--check", ".")
    session.run("ruff", "check", ".")
    session.run("lint-imports")


@nox.session
def types(session: nox.Session) -> None:
    """Strict types, of the library and as its users see them."""
    session.install("-e", ".[lint]")
    session.run("mypy")


@nox.session
def docs(session: nox.Session) -> None:
    """The documentation, warnings as errors."""
    session.install("-e", ".[all,docs]")
    session.run("sphinx-build", "-W", "--keep-going", "-q", "docs", "docs/_build/html")


@nox.session
def wheel(session: nox.Session) -> None:
    """The wheel alone, without extras, in an environment of its own."""
    dist = ROOT / "dist"
    shutil.rmtree(dist, ignore_errors=True)
    session.install("build")
    session.run("python", "-m", "build", "--outdir", str(dist), silent=True)
    (built,) = dist.glob("*.whl")
    session.run("pip", "uninstall", "-y", "-q", "wechatlog", "build", "click", "rich", silent=True)
    session.install("--force-reinstall", str(built))
    session.cd("/")
    session.run("python", "-W", "error", str(ROOT / "scripts" / "check_wheel.py"))


@nox.session
def plugin(session: nox.Session) -> None:
    """A third-party package adds a reader and is found after `pip install`."""
    session.install(".", "./tests/plugin")
    session.run("python", "-W", "error", "tests/plugin/check.py")


@nox.session
def tests(session: nox.Session) -> None:
    """The tests, with branch coverage. The last session, so that the runner's closing line is the last."""
    session.install("-e", ".[test]")
    session.run("pytest", "-n", "auto", "--cov", "--cov-report=term", *session.posargs)
