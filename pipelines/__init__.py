"""What an article is and what befalls it. The library of Followup: it has no door.

It reads no clock, prints nothing and opens no socket but the database's; ``now`` is an argument.
"""
