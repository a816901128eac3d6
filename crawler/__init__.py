"""The application: all of Followup that has a process, a port, a clock or a terminal."""

#: Written here, not read from the installed package: in the egg that a scrapyd runs there is none.
__version__ = "0.1.0"
