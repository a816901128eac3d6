"""Bytes into Links, and nothing else: no network, no clock, no store.

Feeds, sitemaps, section pages, homepages and OPML files are read here. Whatever the bytes are, a
reader answers with what it could take and with `problems` in words; it never raises.
"""
