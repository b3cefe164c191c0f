"""Data of payments that is kept in another way now."""

from shared.kernel.storage.moving import Part
from shared.payments import asking, prices
from shared.payments.items import PAYMENT_SK, PRICE_PREFIX, PaymentItem, PriceItem

BACKFILLS = {
    "payments": Part(PaymentItem, PAYMENT_SK, asking.remember),
    "prices": Part(PriceItem, PRICE_PREFIX, prices.stop_unsellable),
}
