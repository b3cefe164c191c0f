"""The records that receivers know our mails by."""

import argparse

from botocore.stub import Stubber

from infra.operations import tell_mail_records
from infra.stages import deployed
from shared.kernel.storage.client import aws_client
from tests.infra.whole_stage import VALUES


def test_every_record_of_the_mail_domain_is_told(aws, monkeypatch):
    monkeypatch.setattr(tell_mail_records, "stage", lambda name, _: deployed(name, VALUES))
    client = aws_client("sesv2")
    monkeypatch.setattr(tell_mail_records, "aws_client", lambda _: client)
    with Stubber(client) as told:
        told.add_response(
            "get_email_identity", {"DkimAttributes": {"Tokens": ["one", "two"]}}, {"EmailIdentity": "quelle.de"}
        )
        said = tell_mail_records.run(argparse.Namespace())
    assert said.splitlines() == [
        "one._domainkey.quelle.de. CNAME one.dkim.amazonses.com.",
        "two._domainkey.quelle.de. CNAME two.dkim.amazonses.com.",
        f"bounce.quelle.de. MX 10 feedback-smtp.{client.meta.region_name}.amazonses.com.",
        'bounce.quelle.de. TXT "v=spf1 include:amazonses.com -all"',
        'quelle.de. TXT "v=spf1 include:amazonses.com ~all"',
        '_dmarc.quelle.de. TXT "v=DMARC1; p=quarantine; adkim=r; aspf=r; rua=mailto:hilfe@quelle.de"',
    ]
