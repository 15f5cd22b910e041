"""Tests below ``within`` run only where the world is: `tests.world.namespace` takes them there."""

import os

from tests.world.within_reach import FOLDER

collect_ignore = [] if FOLDER in os.environ else ["within"]
