"""Certificate Manager: the certificate of the custom domain."""

from aws.ledger import WHEN, Harmless, Judged, Ledger, Operation

PROOF = Harmless("how the name was proven; a certificate that is issued and renews has proven it")
KIND = Harmless("who it was made for and how its key is used, which its names and uses say")
WHY = Harmless("words beside a status, which is judged")

LEDGER: Ledger = {
    "acm:DescribeCertificate": Operation(
        resources={},
        needs=frozenset({"Certificate"}),
        members={
            "Certificate.CertificateArn": Judged("arn"),
            "Certificate.DomainName": Judged("names"),
            "Certificate.SubjectAlternativeNames": Judged("names"),
            "Certificate.ManagedBy": Harmless("which service renews it"),
            "Certificate.DomainValidationOptions": PROOF,
            "Certificate.Serial": KIND,
            "Certificate.Subject": KIND,
            "Certificate.Issuer": KIND,
            "Certificate.CreatedAt": WHEN,
            "Certificate.IssuedAt": WHEN,
            "Certificate.ImportedAt": WHEN,
            "Certificate.Status": Judged(
                "status",
                values=frozenset(
                    {
                        "PENDING_VALIDATION",
                        "ISSUED",
                        "INACTIVE",
                        "EXPIRED",
                        "VALIDATION_TIMED_OUT",
                        "REVOKED",
                        "FAILED",
                    }
                ),
            ),
            "Certificate.RevokedAt": WHY,
            "Certificate.RevocationReason": WHY,
            "Certificate.NotBefore": Judged("not_before"),
            "Certificate.NotAfter": Judged("not_after"),
            "Certificate.KeyAlgorithm": Judged("distrusted"),
            "Certificate.SignatureAlgorithm": Judged("distrusted"),
            "Certificate.InUseBy": Harmless("what else uses it takes nothing from the API"),
            "Certificate.FailureReason": WHY,
            "Certificate.Type": Judged(
                "distrusted", values=frozenset({"IMPORTED", "AMAZON_ISSUED", "PRIVATE"})
            ),
            "Certificate.RenewalSummary": Judged("renewal"),
            "Certificate.KeyUsages": KIND,
            "Certificate.ExtendedKeyUsages": Judged("distrusted"),
            "Certificate.CertificateAuthorityArn": Harmless("told by its type, which is judged"),
            "Certificate.RenewalEligibility": Judged("renews"),
            "Certificate.Options.CertificateTransparencyLoggingPreference": Judged(
                "distrusted", values=frozenset({"ENABLED", "DISABLED"})
            ),
            "Certificate.Options": Harmless("whether it is exportable, and how it was validated"),
            "Certificate.UpdateSummary": PROOF,
            "Certificate.CertificateKeyPairOrigin": KIND,
            "Certificate.AcmeEndpointArn": PROOF,
            "Certificate.AcmeAccountId": PROOF,
            "Certificate.CertificateUsage": KIND,
            "Certificate.RootHierarchyType": KIND,
        },
    )
}
