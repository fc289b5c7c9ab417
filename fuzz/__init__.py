"""Fuzzing that stays: `seeds` are the cases of the corpus, `mutations` damage them, `oracle` says what must hold.

`run.py` tries mutations for a while, in plain Python; `guided.py` is led by coverage (atheris); `damage.py` makes the
table in `docs/explanation/lossless.md`. What they find becomes a case of the corpus.
"""
