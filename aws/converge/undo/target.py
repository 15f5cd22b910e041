"""What undoing a fact of the API takes besides: the API as it is planned."""

from dataclasses import dataclass

from aws.change.undo import UndoTarget
from aws.desired import Api


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiTarget(UndoTarget):
    """See ``api``; an unplanned fact of a method is undone by making the method as planned."""

    api: Api
