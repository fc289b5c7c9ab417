#!/usr/bin/env -S uv run --script
# /// script
# requires-python = ">=3.11"
# dependencies = ["nox>=2024.10.9"]
# ///
"""What CI runs; `nox` alone runs all of it. `nox --list` shows the sessions for a release as well."""

import os
import secrets
import shutil
from pathlib import Path

import nox

nox.needs_version = ">=2024.10.9"
nox.options.default_venv_backend = "venv"
nox.options.error_on_external_run = True
nox.options.reuse_existing_virtualenvs = True
ROOT = Path(__file__).parent
SCHEMAS = {
    "github-workflows": sorted(ROOT.glob(".github/workflows/*.yml")),
    "dependabot": [ROOT / ".github" / "dependabot.yml"],
    "citation-file-format": [ROOT / "CITATION.cff"],
}
"""Files for other people's programs, and the schemas that check-jsonschema brings along."""
SMOKE_TESTS = (
    "tests/test_corpus.py",
    "tests/test_frames.py",
    "tests/test_timestamps.py",
    "tests/cli/test_convert.py",
    "tests/cli/test_show.py",
    "tests/cli/test_stats.py",
    "tests/ext",
    "tests/media",
    "tests/writers/test_columnar.py",
    "tests/writers/test_documents.py",
    "tests/writers/test_folder_forms.py",
    "tests/writers/test_html.py",
    "tests/writers/test_workbook.py",
)
"""Tests in which every library of ours is used."""
FREE_THREADED_TESTS = ("tests/test_corpus.py", "tests/test_model.py", "tests/segments", "tests/tokenizer")
"""Tests that need no library beyond those that have wheels for a free-threaded Python."""
DOCS = (("html", "en", "html"), ("html", "zh_CN", "html/zh"), ("man", "en", "man"))
"""The forms of the documentation: builder, language, folder; the Chinese pages lie in a folder of the English."""
DEBIAN_PACKAGES = ("chromium", "fonts-noto-cjk", "fonts-noto-color-emoji", "libpangoft2-1.0-0", "libharfbuzz-subset0")
"""What the tests of the page, of PDFs and of the plots need beside Python packages."""
ENGINE_TESTS = ("-e", ".[arrow]", "hypothesis", "pandas<3", "pytest")
"""What the tests of every engine need; pandas because pyspark warns of what it does not know yet, from version 3 on."""
ON_ALL_CORES = ("-n", "auto", "--dist", "worksteal")
"""Tests of one file stay together, so that what they share is made once; who is done early helps the others."""
SAME_EXAMPLES = {"WECHATLOG_HYPOTHESIS": os.environ.get("WECHATLOG_HYPOTHESIS", "ci")}
"""The profile of Hypothesis: the same few examples on every run."""


@nox.session
def lint(session: nox.Session) -> None:
    """Format, lint, layers; the packaging and the workflows."""
    session.install("-e", ".[lint]")
    session.run("ruff", "format", "--check", ".")
    session.run("ruff", "check", ".")
    session.run("lint-imports")
    session.run("pyroma", "--min", "10", ".")
    session.run("repo-review", ".", "--show", "err")
    session.run("zizmor", "--quiet", "--offline", "--persona", "pedantic", ".github")
    for schema, files in SCHEMAS.items():
        session.run("check-jsonschema", "-q", "--builtin-schema", f"vendor.{schema}", *map(str, files))


@nox.session
def types(session: nox.Session) -> None:
    """Strict types, of the library and as its users see them."""
    session.install("-e", ".[types]")
    session.run("mypy")
    session.run("pyright")


@nox.session
def docs(session: nox.Session) -> None:
    """The documentation in both languages and the manual page, warnings as errors; the Chinese pages lack nothing."""
    session.install("-e", ".[plot,docs]")
    quiet = ("-W", "--keep-going", "-q")
    for builder, language, folder in DOCS:
        where = ("-d", f"docs/_build/doctrees/{language}", "docs", f"docs/_build/{folder}")
        session.run("sphinx-build", *quiet, "-b", builder, "-D", f"language={language}", *where)
    session.run("python", "scripts/translate_docs.py", "--check")


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
    session.install("./plugins/wechatlog-qq")
    session.run("python", "-W", "error", "plugins/wechatlog-qq/tests/check.py")


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
def fuzz(session: nox.Session) -> None:
    """Fuzzing: always the same 20,000 inputs, about a minute; `nox -s fuzz -- 600` takes ten minutes of chance.

    Half of the longer run is led by coverage, where atheris runs.
    """
    session.install("-e", ".[all]")
    if not session.posargs:
        session.run("python", "-m", "fuzz.run", "--inputs", "20000")
        return
    seconds = int(session.posargs[0])
    guided = True
    try:
        session.install("atheris")
    except nox.command.CommandFailed:
        guided = False
        session.log("no atheris for this Python and this machine: fuzzing without coverage")
    seed = str(secrets.randbelow(2**31))
    session.run("python", "-m", "fuzz.run", "--seed", seed, "--seconds", str(seconds / 2 if guided else seconds))
    if guided:
        session.run(
            "python", "-m", "fuzz.guided", f"-max_total_time={seconds // 2}", "-rss_limit_mb=4096", "-timeout=60"
        )


@nox.session
def engines_sail(session: nox.Session) -> None:
    """The table of chats on Sail: no Java, seconds."""
    session.install(*ENGINE_TESTS, "pysail==0.7.2", "pyspark-client==4.2.0")
    session.run("pytest", "tests/engines", *session.posargs, env=SAME_EXAMPLES)


@nox.session
def tests(session: nox.Session) -> None:
    """The tests. The last session, so that the runner's closing line is the last."""
    session.install("-e", ".[test]")
    install_debian_packages(session)
    session.run("pytest", *ON_ALL_CORES, *session.posargs, env=SAME_EXAMPLES)


@nox.session(default=False)
def coverage(session: nox.Session) -> None:
    """The tests with branch coverage, and the lines that none of them reaches."""
    session.install("-e", ".[test]")
    install_debian_packages(session)
    session.run("pytest", *ON_ALL_CORES, "--cov", "--cov-report=term", *session.posargs, env=SAME_EXAMPLES)


@nox.session(default=False)
def engines_spark(session: nox.Session) -> None:
    """The same on Spark, a driver and two workers on this machine, which need Java 17; minutes."""
    session.install(*ENGINE_TESTS, "pyspark[sql]==4.3.0")
    session.run("pytest", "tests/engines", *session.posargs, env=SAME_EXAMPLES)


@nox.session(default=False)
def engines_others(session: nox.Session) -> None:
    """The recipes for Daft and Ray."""
    session.install(*ENGINE_TESTS, "daft==0.7.26", "ray[data]==2.60.0")
    session.run("pytest", "tests/engines", *session.posargs, env=SAME_EXAMPLES)


@nox.session(default=False)
def adapters(session: nox.Session) -> None:
    """Documents of LangChain, LlamaIndex, Haystack and MarkItDown, which are too heavy for the other sessions."""
    session.install("-e", ".[test,langchain,llamaindex,haystack,markitdown]")
    session.run("pytest", "tests/ext/test_documents.py", *session.posargs)


@nox.session(default=False)
def lowest(session: nox.Session) -> None:
    """The oldest libraries that pyproject.toml allows."""
    session.install("uv")
    held, oldest = Path(session.create_tmp(), "held.txt"), Path(session.create_tmp(), "lowest.txt")
    held.write_text("pyparsing<3.3\n")  # from 3.3 on it warns of how a matplotlib of that age calls it
    resolve = ("uv", "pip", "compile", "--quiet", "--upgrade", "--resolution", "lowest-direct", "--extra", "all")
    session.run(*resolve, "--constraints", str(held), "--output-file", str(oldest), "pyproject.toml")
    session.install("-c", str(oldest), "-e", ".[test]")
    session.run("pytest", "-n", "auto", *(session.posargs or SMOKE_TESTS))


@nox.session(default=False)
def newest(session: nox.Session) -> None:
    """The newest libraries that there are."""
    session.install("--upgrade", "--upgrade-strategy", "eager", "-e", ".[test]")
    session.run("pytest", "-n", "auto", *(session.posargs or SMOKE_TESTS))


@nox.session(default=False)
def free_threaded(session: nox.Session) -> None:
    """What runs without the libraries that have no wheel for a free-threaded Python."""
    session.install(
        "-e", ".[cli,html,excel]", "hypothesis", "jsonschema", "openpyxl", "pytest", "pytest-xdist", "PyYAML"
    )
    session.run("pytest", "-n", "auto", *(session.posargs or FREE_THREADED_TESTS))


@nox.session(default=False)
def docs_versions(session: nox.Session) -> None:
    """The documentation of each release and of the last commit, a folder each, in docs/_build/site."""
    site = ROOT / "docs" / "_build" / "site"
    shutil.rmtree(site, ignore_errors=True)
    tags = session.run("git", "tag", "--list", "v*", "--sort", "-version:refname", external=True, silent=True)
    versions = {**{tag: tag.removeprefix("v") for tag in str(tags).split()}, "HEAD": "latest"}
    for commit, name in versions.items():
        tree = Path(session.create_tmp()) / name
        shutil.rmtree(tree, ignore_errors=True)
        session.run("git", "archive", "--format", "zip", "--output", f"{tree}.zip", commit, external=True)
        shutil.unpack_archive(f"{tree}.zip", tree)
        session.install(f"{tree}[plot,docs]")
        session.run("sphinx-build", "-q", str(tree / "docs"), str(site / name))
        if (tree / "docs" / "locale").exists():
            session.run("sphinx-build", "-q", "-D", "language=zh_CN", str(tree / "docs"), str(site / name / "zh"))
    links = "".join(f'<li><a href="{name}/">{name}</a></li>' for name in versions.values())
    page = f'<!doctype html><meta charset="utf-8"><title>wechatlog</title><h1>wechatlog</h1><ul>{links}</ul>\n'
    (site / "index.html").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    nox.main()
