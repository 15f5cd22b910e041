"""Give every function a role of its own with the permissions that it needs, and no others.

The guide's sample policy allows every secret under the prefix; its own table, two paragraphs below,
allows one. The table is right. A secret's ARN ends in six characters that AWS makes up: a policy
without them matches nothing.

関数ごとに専用のロールを用意し、必要な権限だけを与える。

手順書のサンプルポリシーは接頭辞配下の全シークレットを許可しますが、直後の表が許可するのは一つです。
正しいのは表の方です。シークレットのARNの末尾にはAWSが6文字を付けるため、それを含まないポリシーは
何にも一致しません。
"""

from aws.change.gate import Changes
from aws.converge import role
from runbook.engine import StepContext, repaired_by, step
from runbook.options import row_of

PROVEN = repaired_by("least_privilege")
OPTIONS = (row_of((*PROVEN, "SEC-10")),)
"""SEC-10 takes `functions` as well: a role that is there is none yet under which a function runs."""


@step("2-2", proves=PROVEN)
def give_each_function_its_role(context: StepContext) -> Changes:
    """Create the roles with one policy each, and remove what goes beyond it.

    A role that was set up by hand may have more permissions. They are shown, and removed only after you
    agree. With `--row SEC-12` only the roles that this row names change.

    ロールとポリシーを作成し、余分な権限を外す。

    手動で作られたロールには余分な権限があることがあります。内容を表示し、確認のうえ外します。`--row SEC-12`を
    付けると、その項目が示すロールだけを変更します。
    """
    roles = context.concerned(context.plan.roles, lambda role: role.name)
    return context.each(role.converge, roles)
