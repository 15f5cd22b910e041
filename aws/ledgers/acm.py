"""Certificate Manager: the certificate of the custom domain."""

from aws.ledger import WHEN, Harmless, Judged, Ledger, Operation, alike, below

PROOF = Harmless("how the name was proven; a certificate that is issued and renews has proven it")
KIND = Harmless("who it was made for and how its key is used, which its names and uses say")
WHY = Harmless("words beside a status, which is judged")

LEDGER: Ledger = {
    "acm:DescribeCertificate": Operation(
        resources={},
        needs=frozenset({"Certificate"}),
        members=below(
            "Certificate",
            {
                "CertificateArn": Judged("arn"),
                **alike("DomainName SubjectAlternativeNames", Judged("names")),
                "Status": Judged("status"),
                "NotBefore": Judged("not_before"),
                "NotAfter": Judged("not_after"),
                "RenewalSummary": Judged("renewal"),
                "RenewalEligibility": Judged("renews"),
                **alike("KeyAlgorithm SignatureAlgorithm ExtendedKeyUsages", Judged("distrusted")),
                "Type": Judged("distrusted"),
                "Options.CertificateTransparencyLoggingPreference": Judged("distrusted"),
                "Options": Harmless("whether it is exportable, and how it was validated"),
                "ManagedBy": Harmless("which service renews it"),
                "InUseBy": Harmless("what else uses it takes nothing from the API"),
                "CertificateAuthorityArn": Harmless("told by its type, which is judged"),
                **alike("CreatedAt IssuedAt ImportedAt", WHEN),
                **alike("RevokedAt RevocationReason FailureReason", WHY),
                **alike(
                    "DomainValidationOptions UpdateSummary AcmeEndpointArn AcmeAccountId", PROOF
                ),
                **alike("Serial Subject Issuer KeyUsages CertificateKeyPairOrigin", KIND),
                **alike("CertificateUsage RootHierarchyType", KIND),
            },
        ),
    )
}
