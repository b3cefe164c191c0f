"""A local imitation of Twilio: texts, WhatsApp, calls, their callbacks, and the people who answer."""
