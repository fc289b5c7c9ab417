"""WeChat chats as a table of Spark: `spark.read.format("wechatlog").load("exports/")`.

Spark 4 finds the class by the name of this package; on Spark Connect, and so on Sail, it is registered first:
`spark.dataSource.register(pyspark_wechatlog.DefaultSource)`. The package stands on `wechatlog.split` and
`wechatlog.scan` and knows no format. It is imported by every Spark session that meets a Python data source, and
imports neither pyarrow nor a reader by itself.

Options, all of them texts: `tz`, `encoding`, `errors` (`collect` or `strict`), `format` and the options of the formats,
as for `wechatlog.scan`; `part_size`, bytes from which on a file is cut; `partitions`, how many there are at most;
`diagnostics`, true for the table of what the
readers noticed in place of the messages.
"""

from __future__ import annotations

from wechatlog import MissingExtraError

try:
    from pyspark_wechatlog.source import DefaultSource, WechatlogSource
except ModuleNotFoundError as error:
    if (error.name or "").partition(".")[0] != "pyspark":
        raise
    raise MissingExtraError("spark", "a table of Spark") from error

__all__ = ["DefaultSource", "WechatlogSource"]
