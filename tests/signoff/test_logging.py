"""No log of a judging run holds what AWS answered, whatever level somebody asks for."""

import logging

from signoff.plugin import WIRE_LOGGERS, keep_loggers_quiet


def test_wire_is_not_logged_even_where_everything_else_is(caplog):
    keep_loggers_quiet()
    with caplog.at_level(logging.DEBUG):
        for name in WIRE_LOGGERS:
            logging.getLogger(f"{name}.parsers").debug("Response body: the secret")
        logging.getLogger("ours").debug("seen")

    assert caplog.messages == ["seen"]
