"""Scenarios: a problem with a few changes, written as a small patch (`outreach-scenario/1`) and not as another problem.

`scenario.py` says what a scenario is made of and how its JSON form looks, `reading.py` reads it, `applying.py` makes the
changed problem; `hours.py`, `firms.py` and `numbers.py` are the changes themselves, `tidying.py` what a change leaves behind.
`short.py` reads short forms for the command line, `comparing.py` lays two plans side by side. No solver is needed here.
"""
