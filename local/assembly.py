"""Joins the parts of the local stack: AWS API, functions, gateway and LINE."""

from collections.abc import Callable
from contextlib import ExitStack

from local.aws.server import LocalAws
from local.functions.functions import Functions
from local.gateway.gateway import Gateway
from local.line.fake import FakeLine
from local.stack import Place, Stack


def assemble(
    parts: ExitStack,
    place: Place,
    line: FakeLine,
    make_aws: Callable[[str, str], LocalAws] | None = None,
    birth: str = "",
) -> Stack:
    """Start an empty stack of one account, its parts joined; ``parts`` ends it."""
    aws = parts.enter_context((make_aws or LocalAws)(place.account, place.region))
    aws.birth = birth
    functions = parts.enter_context(Functions(aws.endpoint, aws.moto, place.region))
    gateway = parts.enter_context(Gateway(functions, aws.moto, place.region))
    aws.extensions.append(functions.extension)
    return Stack(
        aws=aws.endpoint,
        api=f"http://127.0.0.1:{gateway.port}/{place.stage}",
        line=line.url,
        birth=birth,
        server=aws,
        functions=functions,
        line_token=line.channels.messaging_access_token,
    )
