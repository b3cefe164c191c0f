"""Tell the DNS records by which receivers know our mails for ours: DKIM, SPF, DMARC."""

import argparse
import json
import os

from infra.stages import stage
from shared.kernel.brands import EXAMPLE, Product, read
from shared.kernel.config import settings
from shared.kernel.storage.client import aws_client


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = commands.add_parser("tell-mail-records", help="tell the DNS records of the mail domain")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> str:  # noqa: ARG001 - every command gets them
    """Return the records, one to a line, as a zone file has them.

    DKIM is signed by SES for the domain itself; SPF is checked on the domain that bounces return to, which is below the
    mail domain and so agrees with it; DMARC asks receivers to set aside what passes neither.

    Raises:
        LookupError: the stage is not told, or not deployed.
    """
    name = settings().stage
    chosen = stage(name, os.environ)
    domain, client = chosen.mail_domain, aws_client("sesv2")
    identity = client.get_email_identity(EmailIdentity=domain)
    tokens = identity["DkimAttributes"]["Tokens"]
    bounces = chosen.bounce_domain
    told = chosen.settings.get("brands")
    reports = read(json.loads(told) if told else EXAMPLE)[Product.ACCOUNTS].contact
    records = [f"{token}._domainkey.{domain}. CNAME {token}.dkim.amazonses.com." for token in tokens]
    records += [
        f"{bounces}. MX 10 feedback-smtp.{client.meta.region_name}.amazonses.com.",
        f'{bounces}. TXT "v=spf1 include:amazonses.com -all"',
        f'{domain}. TXT "v=spf1 include:amazonses.com ~all"',
        f'_dmarc.{domain}. TXT "v=DMARC1; p=quarantine; adkim=r; aspf=r; rua=mailto:{reports}"',
    ]
    return "\n".join(records)
