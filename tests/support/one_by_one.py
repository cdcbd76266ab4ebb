"""Tells, in a process of its own, which modules were imported one by one, not at once from a part's file."""

ONE_BY_ONE = """
from muse_hook import quick_import
one_by_one = []
fill = quick_import.QuickFinder.exec_module
def exec_module(finder, module):
    one_by_one.append(module.__name__)
    fill(finder, module)
quick_import.QuickFinder.exec_module = exec_module
"""
"""Source that comes before what is imported: their names are in `one_by_one` then."""
