"""Spiders: `follow` takes all kinds of source, the others are the same narrowed to one kind."""
