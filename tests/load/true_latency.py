"""How long the users of a target really waited, by the target's own clock: independent of the generator."""

import math


def waits_ms(times, rate, seconds):
    """Give each visitor's wait from the moment at which it was due to the target's answer, sorted.

    ``times`` says when the target answered the award of each user, in seconds of its clock. Users
    ``Uload-000000``, ``Uload-000001`` … come in that order, evenly, ``rate`` a second. Their clock
    began where the quickest answer would have taken no time: what that one took is left out of all.
    """
    dues = ((number + 0.5) / rate for number in range(round(rate * seconds)))
    answered = [times[f"Uload-{number:06d}"] - due for number, due in enumerate(dues)]
    began = min(answered)
    return sorted((at - began) * 1000 for at in answered)


def percentile(sorted_ms, part):
    return sorted_ms[math.ceil(len(sorted_ms) * part) - 1]
