"""What a defect replaces stands in the code: one that replaces nothing would be found by the deep tests alone."""

from functools import cache

from lambdas.packing import pack
from tests.smoke.breaking import Release, edited
from tests.smoke.deep.test_defects import MORE
from tests.smoke.test_defects import FIRST, OTHERS

ALL = (*FIRST, *OTHERS, *MORE)
REWRITTEN = [defect for defect in ALL if isinstance(defect.breaks, Release) and defect.breaks.edits]
packed = cache(pack)


def rewrites(defect):
    return edited(packed(defect.breaks.key), defect.breaks.edits) != packed(defect.breaks.key)


def test_text_that_a_defect_replaces_stands_in_the_code():
    assert [str(defect) for defect in REWRITTEN if not rewrites(defect)] == []


def test_most_defects_of_the_functions_rewrite_code():
    assert len(REWRITTEN) > len(ALL) / 2
