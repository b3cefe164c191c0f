from shared.kernel.declare import on_stream
from shared.kernel.shells.batch import StreamRecord
from shared.wallet import access, projection

JOURNAL = {"eventName": ["INSERT"], "dynamodb": {"Keys": {"sk": {"S": ["TXN"]}}}}


@on_stream("wallet", filters=[JOURNAL], touches=[access.PROJECT], timeout=60)
def project_platform_accounts(record: StreamRecord) -> None:
    """Bring revenue, clearing and creator earnings up to a journal transaction, counted once."""
    if record.new:
        projection.project(record.new)
