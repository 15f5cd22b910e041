"""Whatever is said to a person is said in both languages of the report."""

from dataclasses import dataclass

from pydantic import ConfigDict


@dataclass(frozen=True, slots=True)
class Words:
    """The same sentence in both languages of the report."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    en: str
    ja: str

    def __getitem__(self, lang: str) -> str:
        return {"en": self.en, "ja": self.ja}[lang]
