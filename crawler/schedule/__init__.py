"""When what is due: the rules that people set, their times, and whose rule holds for which source.

`crontab` and `windows` read what is typed, `rules` puts it together, `times` counts the times with
APScheduler's triggers, `effective` knows which rule a source is under.
"""
