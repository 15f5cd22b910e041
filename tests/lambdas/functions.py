"""The seven functions by the names that the contract calls them."""

from lambdas.auth import handler as auth
from lambdas.award import handler as award
from lambdas.gps_verify import handler as gps_verify
from lambdas.notify import handler as notify
from lambdas.ranking import handler as ranking
from lambdas.richmenu import handler as richmenu
from lambdas.stamps import handler as stamps

MODULES = {
    "auth": auth,
    "award": award,
    "gps-verify": gps_verify,
    "notify": notify,
    "ranking": ranking,
    "richmenu": richmenu,
    "stamps": stamps,
}
