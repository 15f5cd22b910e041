"""The evidence store: where runs and people leave signed records in a chain, in a folder or in S3."""

from signoff.evidence.backends import Backend, Folder, Retention, S3Prefix
from signoff.evidence.digests import Head
from signoff.evidence.keys import EvidenceKeyError, FileKey, KeyCustody, KmsKey, SigningKey
from signoff.evidence.record import Custody, Record, Records, kind_of
from signoff.evidence.settings import StoreSettings, open_store
from signoff.evidence.store import Store

__all__ = [
    "Backend",
    "Custody",
    "EvidenceKeyError",
    "FileKey",
    "Folder",
    "Head",
    "KeyCustody",
    "KmsKey",
    "Record",
    "Records",
    "Retention",
    "S3Prefix",
    "SigningKey",
    "Store",
    "StoreSettings",
    "kind_of",
    "open_store",
]
