"""What is left in English in a text that should be Japanese: sentences and words, not identifiers, values or code."""

import re
from collections.abc import Iterator

CODE = re.compile(r"`[^`]*`|\w+://\S+|\{[^{}]*\}|\[[^\[\]]*\]|'[^']*'|\"[^\"]*\"|\(#\w+\)")
"""Commands, addresses, JSON and quoted values: nobody translates them."""
IDENTIFIER = re.compile(r"[A-Za-z0-9][\w.*?$=<>%+&@~^-]*(?:[/:#][\w.*?$=<>%+&@~^/:#-]*)*")
WORD = re.compile(r"[A-Za-z]?[a-z]+(?:'[a-z]+)?[.,;:]?")
"""A word of a sentence, with what may follow it; whatever has a digit, a hyphen or an inner capital is a name."""
GRAMMAR = frozenset(
    [
        "a",
        "about",
        "absent",
        "after",
        "again",
        "all",
        "allowed",
        "an",
        "and",
        "any",
        "anybody",
        "are",
        "as",
        "at",
        "be",
        "before",
        "but",
        "by",
        "can",
        "can't",
        "cannot",
        "could",
        "denied",
        "do",
        "does",
        "each",
        "every",
        "everybody",
        "everyone",
        "expected",
        "few",
        "for",
        "from",
        "has",
        "have",
        "if",
        "in",
        "into",
        "is",
        "it",
        "its",
        "left",
        "less",
        "missing",
        "more",
        "must",
        "never",
        "no",
        "nobody",
        "none",
        "not",
        "nothing",
        "of",
        "on",
        "only",
        "or",
        "other",
        "out",
        "over",
        "own",
        "somebody",
        "such",
        "than",
        "that",
        "the",
        "their",
        "there",
        "these",
        "they",
        "this",
        "those",
        "though",
        "to",
        "too",
        "until",
        "unknown",
        "was",
        "what",
        "when",
        "where",
        "whether",
        "which",
        "who",
        "whose",
        "will",
        "with",
        "within",
        "withheld",
        "without",
        "you",
        "your",
    ]
)
"""English that no name of AWS, of a key or of a header is made of: one of these alone gives a sentence away."""
SAID_BY_OTHERS = frozenset(
    {
        "Access Denied",
        "missing",
        "not authorized",
        "Other",
        "sns: access denied",
        "somebody:",
        "the machine for load is rented by the month",
    }
)
"""What AWS, Python or whoever wrote the environment file says in the defects: values, as they were read."""


def english_in(text: str) -> list[str]:
    """Return what reads as English: a word of grammar, or three words in a row."""
    plain = CODE.sub(" ` ", text)
    return [run for run in _runs(plain) if _reads_as_english(run) and run not in SAID_BY_OTHERS]


def _reads_as_english(run: str) -> bool:
    words = [part.strip(".,;:").lower() for part in run.split()]
    return bool(GRAMMAR.intersection(words)) or len(words) > 2


def _runs(text: str) -> Iterator[str]:
    """Yield words that follow each other with nothing but blanks between them."""
    run: list[str] = []
    end = 0
    for found in IDENTIFIER.finditer(text):
        word = WORD.fullmatch(found[0].rstrip(":"))
        if run and (not word or text[end : found.start()].strip(" ,;")):
            yield " ".join(run)
            run = []
        if word:
            run.append(found[0])
        end = found.end()
    if run:
        yield " ".join(run)
