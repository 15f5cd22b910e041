"""The two LINE providers behind the one name api.line.me."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from local.aws.request import Response
from local.line.call import Channels
from local.line.fake import FakeLine
from tests.world.names import FRONT_END, Home


def channels_of(home: Home) -> Channels:
    """Return what LINE's console shows the team: its bot, its LIFF app, and their tokens."""
    app = {
        "liffId": home.liff_id,
        "view": {"type": "full", "url": f"https://{FRONT_END}/"},
        "scope": ["profile", "openid"],
    }
    bot = {
        "userId": home.bot_user_id,
        "basicId": f"@rally{home.name}",
        "displayName": f"rally {home.name}",
        "chatMode": "bot",
        "markAsReadMode": "auto",
    }
    return Channels(
        login_channel_id=home.channel_id,
        messaging_channel_id=str(int(home.channel_id) + 1),
        bot=bot,
        liff_apps=(app,),
    )


@dataclass(frozen=True, slots=True)
class LineSite:
    """LINE as everybody calls it: who is meant follows from the token or the channel that a call carries."""

    providers: Sequence[FakeLine]

    def receive(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes
    ) -> Response:
        carried = b"\n".join((headers.get("authorization", "").encode(), target.encode(), body))
        meant = [provider for provider in self.providers if _named_in(carried, provider.channels)]
        return (meant or self.providers)[0].receive(method, target, headers, body)


def _named_in(carried: bytes, channels: Channels) -> bool:
    credentials = (
        channels.messaging_access_token,
        channels.login_access_token,
        channels.login_channel_id,
    )
    return any(credential.encode() in carried for credential in credentials)


@contextmanager
def providers(homes: Sequence[Home]) -> Iterator[Mapping[str, FakeLine]]:
    """Start the provider of each; yield them by name."""
    with ExitStack() as started:
        yield {home.name: started.enter_context(FakeLine(channels_of(home))) for home in homes}
