"""The evidence store: where runs and people leave records in a chain, in a folder or in S3."""

from signoff.evidence.backends import Backend, Folder, S3Prefix
from signoff.evidence.store import Record, Records, Store, open_store

__all__ = ["Backend", "Folder", "Record", "Records", "S3Prefix", "Store", "open_store"]
