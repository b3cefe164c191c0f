from shared.kernel.caller import AcceptedLanguage, Caller
from shared.kernel.declare import get
from shared.kernel.platform import COUNT_RATE
from shared.kernel.wire import Raw
from shared.wallet import access, statement


@get(
    "/v1/wallet/ledger/export",
    allow="wallet:read",
    rate="sensitive",
    raw=("text/csv",),
    touches=[access.READ, COUNT_RATE],
    timeout=29,
)
def export_entries(caller: Caller, language: AcceptedLanguage) -> Raw:
    """Download one's whole statement as CSV, oldest entry first, in the language of ``Accept-Language``."""
    disposition = {"Content-Disposition": 'attachment; filename="statement.csv"'}
    content = statement.export_csv(caller.user_id, language)
    return Raw(content, media_type="text/csv; charset=utf-8", headers=disposition)
