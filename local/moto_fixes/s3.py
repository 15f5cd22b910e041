"""S3: a bucket of today is born encrypted and closed to the public; moto's is neither."""

from collections.abc import Mapping

from local.aws.moto import Fix, Moto
from local.aws.request import Request, Response

_ENCRYPTION = {
    "Rule": {
        "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"},
        "BucketKeyEnabled": False,
    }
}


def create_bucket(request: Request, moto: Moto) -> Response:
    response = moto(request)
    if response.succeeded:
        backend, name = moto.backend("s3", "aws"), request.labels["Bucket"]
        bucket = backend.get_bucket(name)
        if bucket.encryption is None:
            bucket.encryption = _ENCRYPTION
        if bucket.public_access_block is None:
            backend.put_public_access_block(
                name,
                {
                    "BlockPublicAcls": "True",
                    "IgnorePublicAcls": "True",
                    "BlockPublicPolicy": "True",
                    "RestrictPublicBuckets": "True",
                },
            )
    return response


FIXES: Mapping[tuple[str, str], Fix] = {("s3", "CreateBucket"): create_bucket}
