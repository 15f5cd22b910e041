"""Every record of the custom name has to lead to its target: a lookup in DNS shows one answer at a time."""

from types import SimpleNamespace

import pytest

from aws.dns import leading_elsewhere

NAME, TARGET = "api.rally.example.jp", "d-abc.execute-api.ap-northeast-1.amazonaws.com"
OTHER = "d-old.execute-api.ap-northeast-1.amazonaws.com"


def alias(to, kind="A", name=NAME, **policy):
    target = {"DNSName": f"{to}.", "HostedZoneId": "Z1", "EvaluateTargetHealth": False}
    return {"Name": f"{name}.", "Type": kind, "AliasTarget": target, **policy}


def of_https(value):
    return {"Name": f"{NAME}.", "Type": "HTTPS", "ResourceRecords": [{"Value": value}]}


def found(*records, zone="Z0123"):
    def call(service, operation, **asked):
        assert (service, operation) == ("route53", "list_resource_record_sets")
        assert asked == {"HostedZoneId": zone, "StartRecordName": NAME}
        return {"ResourceRecordSets": [*records]}

    reading = SimpleNamespace(
        scope=SimpleNamespace(hosted_zone=zone), aws=SimpleNamespace(call=call)
    )
    return leading_elsewhere(reading, NAME, TARGET)


@pytest.mark.parametrize(
    "record",
    [
        alias(TARGET),
        alias(TARGET.upper(), SetIdentifier="a", Weight=10),
        {"Name": f"{NAME}.", "Type": "CNAME", "ResourceRecords": [{"Value": TARGET}]},
        {"Name": f"{NAME}.", "Type": "TXT", "ResourceRecords": [{"Value": '"v=1"'}]},
        alias(OTHER, name="www.rally.example.jp"),
        of_https('1 . alpn="h2,http/1.1"'),
        of_https("1 ."),
    ],
)
def test_record_that_leads_to_the_target_or_is_of_another_name_or_kind_is_none(record):
    assert found(alias(TARGET, SetIdentifier="b", Weight=90), record) == ()


@pytest.mark.parametrize(
    ("record", "told"),
    [
        (alias(OTHER, SetIdentifier="a", Weight=10), f"A -> {OTHER} (Weight 10)"),
        (alias(OTHER, kind="AAAA"), f"AAAA -> {OTHER}"),
        (of_https(f"0 {OTHER}"), f"HTTPS -> 0 {OTHER}"),
        (of_https("1 . ipv4hint=203.0.113.9"), "HTTPS -> 1 . ipv4hint=203.0.113.9"),
        (of_https("1 . alpn=h2 port=8443"), "HTTPS -> 1 . alpn=h2 port=8443"),
        (
            alias(OTHER, SetIdentifier="a", Failover="SECONDARY"),
            f"A -> {OTHER} (Failover SECONDARY)",
        ),
        (
            {
                "Name": f"{NAME}.",
                "Type": "A",
                "ResourceRecords": [{"Value": "203.0.113.9"}],
                "SetIdentifier": "all",
                "GeoLocation": {"CountryCode": "*"},
            },
            "A -> 203.0.113.9 (GeoLocation {'CountryCode': '*'})",
        ),
    ],
)
def test_record_that_leads_some_callers_elsewhere_is_told(record, told):
    assert found(alias(TARGET, SetIdentifier="b", Weight=90), record) == (told,)


JAPAN, OTHERS = {"CountryCode": "JP"}, {"CountryCode": "*"}


def test_places_without_a_record_of_their_own_need_the_default():
    """Route 53 answers those of a geolocation that has no record, and no default, with nothing."""
    of_japan, of_asia = (
        alias(TARGET, SetIdentifier="a", GeoLocation=place)
        for place in (JAPAN, {"ContinentCode": "AS"})
    )
    of_others = alias(TARGET, SetIdentifier="b", GeoLocation=OTHERS)

    assert found(of_japan, of_others) == ()
    assert found(of_japan, of_asia) == ("A -> nowhere (GeoLocation without default)",)
    assert found(of_japan, of_others, alias(TARGET, "AAAA", GeoLocation=JAPAN)) == (
        "AAAA -> nowhere (GeoLocation without default)",
    )


def test_networks_without_a_record_of_their_own_need_the_default():
    """Route 53 answers an address that is in none of the collection's blocks, and without a default, with nothing."""
    of_office, of_others = (
        alias(TARGET, SetIdentifier=name, CidrRoutingConfig={"LocationName": name})
        for name in ("office", "*")
    )

    assert found(of_office, of_others) == ()
    assert found(of_office) == ("A -> nowhere (CidrRoutingConfig without default)",)


def test_without_a_hosted_zone_nothing_is_asked():
    assert found(alias(OTHER), zone=None) == ()
