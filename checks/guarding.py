"""Who asks whom whether a caller has a session: routes the authorizer, the authorizer its function."""

from checks.deployed import Deployed
from checks.invocation import target
from plan import model
from signoff.inventory.api import Authorizer, Stage
from signoff.inventory.section import Follows, Missing

KIND = "TOKEN"


def authorizer(deployed: Deployed, want: model.Authorizer) -> Authorizer:
    """Return the planned authorizer, whose existence SEC-35 owns.

    Where no route asks it, the export does not know it, and SEC-34 is red already.
    """
    served = deployed.served()
    if want.name not in {method.authorizer for method in served.methods.values()}:
        raise Follows("SEC-34", f"no route asks {want.name}")
    found = served.authorizers.get(want.name)
    if found is None:
        raise Missing(f"authorizer {want.name} does not exist")
    return found


def asking_auth(found: Authorizer, want: model.Authorizer, stage: Stage) -> Authorizer:
    """Return it if it invokes the auth function's alias; DEP-16 owns what is invoked, and how."""
    asked = target(found.uri, stage.variables)
    if f"{asked.function}:{asked.qualifier}" != want.function.alias_arn:
        raise Follows("DEP-16", f"{found.name} asks {found.uri}")
    return found


def settings(one: Authorizer) -> dict[str, object]:
    return {"kind": one.kind, "identity source": one.identity_source, "ttl_s": one.ttl_s}


def planned_settings(want: model.Authorizer) -> dict[str, object]:
    return {"kind": KIND, "identity source": want.identity_source, "ttl_s": want.ttl_s}
