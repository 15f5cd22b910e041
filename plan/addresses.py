"""Where an environment's API is reached: by its custom domain, and by the stage's own address at API Gateway."""

from signoff.environment import Environment


def domain_url(environment: Environment) -> str:
    """Return the URL by the custom domain, without a trailing slash; empty where there is none."""
    domain = environment.domain
    return f"https://{domain.name}/{domain.base_path.strip('/')}".rstrip("/") if domain else ""


def stage_url(environment: Environment, api_id: str) -> str:
    """Return the URL of the stage of an API."""
    return f"https://{api_id}.execute-api.{environment.region}.amazonaws.com/{environment.stage}"
