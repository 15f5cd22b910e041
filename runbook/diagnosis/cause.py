"""A likely cause and its remedy, as a person in trouble is told, in either language."""

from dataclasses import dataclass

from aws.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """``why`` is a sentence without its full stop; ``remedy`` a command, or a page.

    A command names the environment as ``{env}``, a page its language as ``{lang}``.
    """

    why: Words
    remedy: str

    def told(self, environment: str) -> Words:
        remedy = self.remedy.replace("{env}", environment)
        return Words(
            en=f"likely cause: {self.why.en}; {remedy.replace('{lang}', 'en')}",
            ja=f"考えられる原因: {self.why.ja}。対処: {remedy.replace('{lang}', 'ja')}",
        )


def cause(en: str, ja: str, remedy: str) -> Cause:
    return Cause(why=Words(en=en, ja=ja), remedy=remedy)
