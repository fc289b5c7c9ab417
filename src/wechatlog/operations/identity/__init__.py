"""Who is who: which names and account ids are one person's, and whom a name means. Asked here by all who want to know.

`names` knows what names say by themselves and who has which; `people` is the answer as a value, what evidence is and
how it joins. Evidence is found in conversations by `recognition`, and in exports that have messages in common by
`senders`; what somebody says is in the `file`. `mentions` tells whom a mention means.
"""

from wechatlog.operations.identity.mentions import ResolvedMention, resolve_mentions
from wechatlog.operations.identity.people import Evidence, Identities, Name, Person
from wechatlog.operations.identity.recognition import identities

__all__ = ["Evidence", "Identities", "Name", "Person", "ResolvedMention", "identities", "resolve_mentions"]
