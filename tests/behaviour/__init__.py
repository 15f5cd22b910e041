"""The behaviour lock: what the product says and does, in one generated file, so that a redesign changes it on purpose only.

``python -m tests.behaviour`` writes ``behaviour.txt``; ``tests/test_defects.py`` compares. A change of behaviour regenerates the
file in its own commit, and the commit says in one line what changed and why.
"""
