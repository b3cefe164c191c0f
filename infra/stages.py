"""Stages: what differs between deployments. Everything else is the same for all of them.

Deployments on AWS are tables of ``stages.toml``; the local stage is written here.
"""

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from infra import brands
from shared.kernel.config import setting_names, variable
from shared.kernel.domains import Provided, declared_secrets, domains

FILE = Path(__file__).with_name("stages.toml")

EMULATOR = "http://127.0.0.1:4566"
"""Where the local AWS listens unless the deploying process says otherwise."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One deployment.

    Attributes:
        name: prefix of every name.
        mail_domain: domain of the sender address, verified in SES.
        origins: browser origins that may call with credentials.
        settings: values of the settings that ``shared.kernel.config`` and the domains declare, by field.
        secrets: values of secrets that providers issue; only the local stage has any.
        emulator: base URL of the local AWS; empty on AWS.
        domain: custom domain of the APIs (``api.<domain>``, ``admin-api.<domain>``, ``meter.<domain>``,
            ``live.<domain>``); may be empty.
        certificate: ARN of the certificate of those names in the same region.
        alarm_address: who is written to when an alarm fires; only the local stage has none.
        log_retention: of functions and access logs: a name of ``aws_logs.RetentionDays``.
        rate: requests per second of each API but the meter's, ``burst`` on top.
        meter_rate: ticks per second, ``meter_burst`` on top: ten times as many viewers at once.
    """

    name: str
    mail_domain: str
    origins: tuple[str, ...]
    settings: Mapping[str, str]
    secrets: Mapping[str, str] = field(default_factory=dict)
    emulator: str = ""
    domain: str = ""
    certificate: str = ""
    alarm_address: str = ""
    log_retention: str = "THREE_MONTHS"
    rate: int = 500
    burst: int = 1000
    meter_rate: int = 2000
    meter_burst: int = 4000

    @property
    def bounce_domain(self) -> str:
        """The domain that bounces return to."""
        return f"bounce.{self.mail_domain}"

    @property
    def local(self) -> bool:
        """Whether this stage runs on the emulator."""
        return bool(self.emulator)


def _dev_ports(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return where tools for front ends serve by default, and where the page of the API is."""
    return ("3000", "4200", "4321", "5173", "8000", "8080", environ.get("WELLSPRING_TWILIO_PORT", "4573"))


def local_settings() -> dict[str, str]:
    """Return the values that the domains declare for the local stage."""
    return {name: value for domain in domains() for name, value in domain.local_settings.items()}


def local(environ: Mapping[str, str]) -> Stage:
    """Return the local stage; the deploying process may set any ``WELLSPRING_<SETTING>`` and the provider secrets."""
    told = {name: environ.get(variable(name), "") for name in setting_names()}
    provided = [secret for secret in declared_secrets().values() if isinstance(secret, Provided)]
    values = [value for secret in provided for value in secret.fields.values()]
    return Stage(
        name="local",
        mail_domain="wellspring.example",
        origins=tuple(f"http://{host}:{port}" for host in ("localhost", "127.0.0.1") for port in _dev_ports(environ)),
        settings=local_settings() | {name: value for name, value in told.items() if value},
        secrets={one.variable: environ.get(one.variable, one.value) for one in values},
        emulator=environ.get("AWS_ENDPOINT_URL", EMULATOR),
        log_retention="ONE_WEEK",
    )


def stage(name: str, environ: Mapping[str, str]) -> Stage:
    """Return a stage by its name.

    Raises:
        LookupError: there is none of that name.
        ValueError: its table is not whole; the message says what to fill in.
    """
    if name == "local":
        return local(environ)
    known: dict[str, dict[str, Any]] = tomllib.loads(FILE.read_text())
    if name not in known:
        raise LookupError(f"no stage {name!r}: infra/stages.toml knows {', '.join(sorted(known))}")
    return deployed(name, known[name])


def deployed(name: str, values: Mapping[str, Any]) -> Stage:
    """Return a stage on AWS for its table.

    Raises:
        ValueError: the table is not whole; the message says what to fill in.
    """
    if wrong := problems(values):
        listed = "\n".join(f"  {line}" for line in wrong)
        raise ValueError(f"Stage {name} cannot be deployed yet. Fill in infra/stages.toml, [{name}]:\n{listed}")
    own = {key: value for key, value in values.items() if key not in {"settings", "brands", "origins"}}
    told = json.dumps(values["brands"], ensure_ascii=False, separators=(",", ":"))
    return Stage(name, origins=tuple(values["origins"]), settings=values["settings"] | {"brands": told}, **own)


_ARN = re.compile(r"arn:aws[\w-]*:acm:\S+")
_DOMAIN = re.compile(r"([a-z0-9-]+\.)+[a-z]{2,}")
_ORIGIN = re.compile(r"https://[^\s/]+\.[^\s/]+")
_SOCKET = re.compile(r"wss://[^\s/]+\.\S+")
_NAMES = {name.name for name in fields(Stage)} - {"name", "secrets", "emulator", "log_retention"}


def problems(values: Mapping[str, Any]) -> list[str]:
    """Return what keeps a table from being deployed, as ``field: what is wrong``.

    A deployment that nobody hears the alarms of, or that writes to people from nobody, is none.
    """
    sent, settings = values.get("mail_domain", ""), values.get("settings", {})
    sender = settings.get("mail_sender", "")
    own = [
        ("mail_domain", brands.wrong(sent, _DOMAIN, "is no domain")),
        ("origins", _origins(values.get("origins", []))),
        ("alarm_address", brands.wrong(values.get("alarm_address", ""), brands.MAIL, "is no mail address")),
        ("settings.livekit_url", brands.wrong(settings.get("livekit_url", ""), _SOCKET, "is no wss:// address")),
        ("settings.mail_sender", brands.wrong(sender, brands.MAIL, "is no mail address")),
        ("settings.mail_sender", "" if sender.endswith(f"@{sent}") else f"is not at the mail domain {sent}"),
    ]
    if values.get("domain"):
        own.append(("domain", brands.wrong(values["domain"], _DOMAIN, "is no domain")))
        own.append(("certificate", brands.wrong(values.get("certificate", ""), _ARN, "is no ARN of a certificate")))
    known = {f"settings.{name}" for name in setting_names()} | (_NAMES | {"brands", "settings"})
    given = {*values.keys(), *(f"settings.{name}" for name in settings)}
    unknown = [f"{name}: there is no such field" for name in sorted(given - known)]
    branded = [f"brands.{line}" for line in brands.problems(values.get("brands", {}))]
    return [f"{name}: {wrong}" for name, wrong in own if wrong] + unknown + branded


def _origins(given: list[str]) -> str:
    wrong = [brands.wrong(one, _ORIGIN, "is no https:// origin") for one in given] or ["is missing"]
    return next((one for one in wrong if one), "")
