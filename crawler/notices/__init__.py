"""What is told to whom, once: collected from the store, put on lists, sent, written down.

    happened -> notice (once for all) -> telling (one a target) -> message (claimed, then sent)

`tell_due` is all that the schedule knows of this room. httpx and apprise are loaded when something
is sent, not before.
"""

from crawler.notices.telling import tell_due

__all__ = ["tell_due"]
