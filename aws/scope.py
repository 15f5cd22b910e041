"""What one environment asks of AWS: names only, so that reading knows nothing of what is right."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Names to read. An optional part that is not configured is None or empty."""

    account: str
    region: str
    prefix: str
    """Names that begin so belong to this environment; others are not ours to judge."""
    alias: str
    functions: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    contents: tuple[str, ...] = ()
    """Tables read whole (up to ``content_bound`` items)."""
    key_scans: tuple[str, ...] = ()
    """Tables of people: only keys are read (up to ``key_bound``)."""
    content_bound: int = 100_000
    key_bound: int = 1_000_000
    """Some hundred pages of a megabyte each; real people's keys are counted, never kept."""
    real_key: str = ""
    """Regular expression, full match: hash keys of real people, which are counted and not kept."""
    secrets: tuple[str, ...] = ()
    api: str = ""
    stage: str = ""
    usage_plan: str = ""
    api_key: str | None = None
    topic: str = ""
    """ARN of the topic that alarms notify; others found on alarms are read as well."""
    dashboard: str = ""
    log_groups: tuple[str, ...] = ()
    domain: str | None = None
    bucket: str | None = None
    public_values: frozenset[str] = field(default_factory=frozenset)
    """Configuration values that are no secrets: only these are kept in clear."""
    salts: tuple[str, ...] = ()
    """Salts under which secret values are digested, this run's own first."""
    known_defaults: frozenset[str] = field(default_factory=frozenset)
    """Secret values that everybody knows: finding one marks the secret as a placeholder."""
