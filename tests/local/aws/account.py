"""The account of these tests, and how they call it."""

from botocore.config import Config

ACCOUNT, REGION = "210987654321", "ap-northeast-1"
ONCE = Config(retries={"total_max_attempts": 1}, max_pool_connections=40)
