"""The walls of the house as functions: each takes the root of a tree and returns its faults as sentences.

`tests/test_house.py` holds them against this repository; `tests/house/test_walls.py` holds each against a small broken
tree that it must reject, so a wall that has quietly fallen is noticed.
"""
