"""What users' type checkers see of data frames; checked by mypy and pyright, never run."""

from __future__ import annotations

from typing import assert_type

import pandas as pd
import polars as pl

import wechatlog

conversation = wechatlog.load("chat.markdown")
assert_type(conversation.to_pandas(), pd.DataFrame)
assert_type(conversation.to_pandas("mentions"), pd.DataFrame)
assert_type(conversation.to_polars(segments=False), pl.DataFrame)
assert_type(conversation.__arrow_c_stream__(), object)
assert_type(wechatlog.from_frame(conversation.to_pandas()), wechatlog.Conversation)
assert_type(wechatlog.from_frame(conversation.to_polars(), like=conversation), wechatlog.Conversation)
assert_type(wechatlog.from_frame(conversation.to_arrow()), wechatlog.Conversation)
assert_type(wechatlog.from_frame({"text": ["早"]}), wechatlog.Conversation)
