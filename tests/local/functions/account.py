"""An account to deploy small hand-made functions into, and to look at what came of them."""

import io
import json
import zipfile
from threading import Barrier

import boto3
from botocore.config import Config

TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}


def package(source, **modules):
    """Zip ``app.py``, and further modules by name."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in {"app": source, **modules}.items():
            archive.writestr(f"{name}.py", text)
    return content.getvalue()


def allow(*actions, on="*"):
    return {"Effect": "Allow", "Action": list(actions), "Resource": on}


WRITE_LOGS = allow("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents")


class FunctionsAccount:
    """The local AWS API as an administrator uses it, and the functions that run on it."""

    def __init__(self, aws, functions):
        self.aws = aws
        self.functions = functions
        self._session = boto3.session.Session(
            aws_access_key_id="admin", aws_secret_access_key="admin", region_name=aws.region
        )
        self.lambda_ = self.client("lambda")
        self.logs = self.client("logs")
        self._iam = self.client("iam")

    def client(self, service):
        once = Config(retries={"total_max_attempts": 1})  # a throttled call is what a test wants
        return self._session.client(service, endpoint_url=self.aws.endpoint, config=once)

    def arn(self, name):
        return f"arn:aws:lambda:{self.aws.region}:{self.aws.account}:function:{name}"

    def deploy(self, name, source, *, modules=None, may=(), variables=None, **configuration):
        """Create a function with a role of its own, and return its name. It has a minute: on a busy machine 3 s, AWS's own, end it."""
        self.lambda_.create_function(
            FunctionName=name,
            Runtime="python3.13",
            Role=self._role(f"{name}-role", may),
            Handler=configuration.pop("Handler", "app.handler"),
            Code={"ZipFile": package(source, **(modules or {}))},
            Environment={"Variables": variables or {}},
            **{"Timeout": 60} | configuration,
        )
        return name

    def publish(self, name, alias="live"):
        """Publish a version and let the alias name it, whether there is one yet or not."""
        version = self.lambda_.publish_version(FunctionName=name)["Version"]
        there = {a["Name"] for a in self.lambda_.list_aliases(FunctionName=name)["Aliases"]}
        put = self.lambda_.update_alias if alias in there else self.lambda_.create_alias
        put(FunctionName=name, Name=alias, FunctionVersion=version)
        return version

    def change(self, name, source):
        self.lambda_.update_function_code(FunctionName=name, ZipFile=package(source))

    def reserve(self, name, concurrency):
        self.lambda_.put_function_concurrency(
            FunctionName=name, ReservedConcurrentExecutions=concurrency
        )

    def answer(self, name, event=None):
        """Return what the handler returned; an error fails the test."""
        invocation = self.functions.invoke(name, event or {})
        assert invocation.status == 200, invocation
        assert invocation.function_error is None, invocation.payload
        return json.loads(invocation.payload)

    def error(self, name, event=None):
        """Return the error that the invocation ends with; an answer fails the test."""
        invocation = self.functions.invoke(name, event or {})
        assert invocation.status == 200, invocation
        assert invocation.function_error == "Unhandled", invocation.payload
        return json.loads(invocation.payload)

    def log(self, group):
        """Return all messages of a log group, or None where there is no such group."""
        self._flush()
        groups = self.logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
        if group not in {found["logGroupName"] for found in groups}:
            return None
        events = self.logs.filter_log_events(logGroupName=group)["events"]
        return [event["message"] for event in events]

    def streams(self, group):
        self._flush()
        streams = self.logs.describe_log_streams(logGroupName=group)["logStreams"]
        return [stream["logStreamName"] for stream in streams]

    def settle(self):
        """Wait until no event is queued or running, retries included: each of their threads has come to another task."""
        threads = self.functions._events._threads  # noqa: SLF001 - no user waits for that
        met = Barrier(threads._max_workers + 1, timeout=60)  # noqa: SLF001 - as above
        for _ in range(threads._max_workers):  # noqa: SLF001 - as above
            threads.submit(met.wait)
        met.wait()

    def _flush(self):
        self.functions._logs.flush(60)  # noqa: SLF001 - as above

    def _role(self, name, statements):
        role = self._iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))
        if statements:
            document = {"Version": "2012-10-17", "Statement": list(statements)}
            self._iam.put_role_policy(
                RoleName=name, PolicyName="rights", PolicyDocument=json.dumps(document)
            )
        return role["Role"]["Arn"]
