"""A local imitation of Stripe: Checkout, payments, refunds, events and signed webhooks."""
