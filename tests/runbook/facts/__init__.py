"""What becomes of each fact of each kind of resource: a procedure repairs it, or a person acts, or nothing plans it."""

from tests.runbook.facts import api, compute, data, watch

ANSWERS = {**data.ANSWERS, **compute.ANSWERS, **api.ANSWERS, **watch.ANSWERS}
