"""What CI runs; `nox` alone runs all of it."""

import os
import shutil
from pathlib import Path

import nox

nox.needs_version = ">=2024.4"
nox.options.default_venv_backend = "venv"
nox.options.error_on_external_run = True
nox.options.reuse_existing_virtualenvs = True
ROOT = Path(__file__).parent
DEBIAN_PACKAGES = ("chromium", "fonts-noto-cjk", "fonts-noto-color-emoji")
"""What the tests of the page and of the plots need beside Python packages."""


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
    session.install("-e", ".[types]")
    session.run("mypy")


@nox.session
def docs(session: nox.Session) -> None:
    """The documentation, warnings as errors."""
    session.install("-e", ".[plot,docs]")
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


def is_installed(session: nox.Session, package: str) -> bool:
    """Whether Debian's package manager has it."""
    state = session.run("dpkg", "-s", package, external=True, silent=True, success_codes=[0, 1])
    return "install ok installed" in str(state)


def install_debian_packages(session: nox.Session) -> None:
    """Install what is missing, where this is Debian and we may; elsewhere the tests that need it are skipped."""
    if shutil.which("dpkg") is None or shutil.which("apt-get") is None:
        session.log(f"not Debian: for the browser tests install {' '.join(DEBIAN_PACKAGES)}")
        return
    missing = [package for package in DEBIAN_PACKAGES if not is_installed(session, package)]
    if missing and os.geteuid() == 0:
        quiet = {"DEBIAN_FRONTEND": "noninteractive"}
        session.run("apt-get", "-q", "update", external=True, silent=True)
        session.run(
            "apt-get", "-q", "-y", "--no-install-recommends", "install", *missing, external=True, silent=True, env=quiet
        )
    elif missing:
        session.log(f"for the browser tests: sudo apt-get install {' '.join(missing)}")


@nox.session
def tests(session: nox.Session) -> None:
    """The tests, with branch coverage. The last session, so that the runner's closing line is the last."""
    session.install("-e", ".[test]")
    install_debian_packages(session)
    session.run("pytest", "-n", "auto", "--cov", "--cov-report=term", *session.posargs)
