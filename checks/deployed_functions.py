"""Finds the functions that are deployed for what is planned, and how the API calls them."""

from dataclasses import dataclass

from aws import desired
from aws.function import Alias, Function, FunctionPolicy, FunctionUrl, LambdaAccount, Version
from aws.ledger import Unplanned
from aws.ledgers.lambda_ import FUNCTION
from aws.rest_api import Stage
from aws.section import Missing
from aws.words import Words
from checks.deployed_data import DeployedData, absent
from checks.invocation import invoked


@dataclass(frozen=True, slots=True)
class DeployedCompute(DeployedData):
    """Lookups about functions, as in ``Deployed``."""

    def function(self, want: desired.Function) -> Function:
        return self._one("DEP-10", FUNCTION, want.name, self.found.functions)

    def alias(self, want: desired.Function) -> Alias:
        its_own = Words(f"alias of {want.name}", f"{want.name}のエイリアス")
        there = {one.name: one for one in self.aliases(want)}
        return self._one("DEP-15", its_own, want.alias, there)

    def invoked(self, uri: str, want: desired.Function, stage: Stage) -> str:
        """Return the ARN by which the API calls a function; Missing if it calls an alias that is not there."""
        arn, its_own = invoked(uri, stage, want), {one.arn for one in self.aliases(want)}
        if arn == want.alias_arn and arn not in its_own:
            raise Missing(absent(Words("alias", "エイリアス"), arn))
        return arn

    def aliases(self, want: desired.Function) -> tuple[Alias, ...]:
        """Return the aliases of the planned name: one, or none, which DEP-15 reports."""
        name, kind = self.function(want).name, Words("aliases of function", "関数のエイリアス")
        found = self._one("DEP-10", kind, name, self.found.aliases)
        return tuple(one for one in found if one.name == want.alias)

    def function_policies(self, want: desired.Function) -> tuple[FunctionPolicy, ...]:
        name, kind = self.function(want).name, Words("policies of function", "関数のポリシー")
        return self._one("DEP-10", kind, name, self.found.function_policies)

    def function_urls(self, want: desired.Function) -> tuple[FunctionUrl, ...]:
        name, kind = self.function(want).name, Words("URLs of function", "関数のURL")
        return self._one("DEP-10", kind, name, self.found.function_urls)

    def lambda_account(self) -> LambdaAccount:
        kind = Words("Lambda settings of the", "Lambdaの設定")
        return self._one("DEP-18", kind, "account", self.found.lambda_account)

    def function_attachments(self, want: desired.Function) -> tuple[Unplanned, ...]:
        name, kind = self.function(want).name, Words("attachments of function", "関数の付属設定")
        return self._one("DEP-10", kind, name, self.found.function_attachments)

    def versions(self, want: desired.Function) -> tuple[Version, ...]:
        name, kind = self.function(want).name, Words("versions of function", "関数のバージョン")
        return self._one("DEP-10", kind, name, self.found.versions)
