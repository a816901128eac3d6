"""The application: all of Followup that has a process, a port, a clock or a terminal."""

from importlib.metadata import version

__version__ = version("followup")
