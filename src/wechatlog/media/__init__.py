"""Pictures and voices as WeChat keeps them, made readable: offline, with keys that the user gives and no others.

`read` takes a file, `decode` bytes; what a file is, its content says and not its name. Nothing outside the folder of
the export is read, no key is searched for, nothing is sent anywhere. `transcribe` lets somebody listen to voices.
"""

from wechatlog.media.files import MediaFile, decode, read
from wechatlog.media.folder import MediaFolder
from wechatlog.media.pictures import Keys
from wechatlog.media.transcripts import transcribe

__all__ = ["Keys", "MediaFile", "MediaFolder", "decode", "read", "transcribe"]
