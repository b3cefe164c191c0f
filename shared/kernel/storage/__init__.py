"""Storage on DynamoDB: items, single reads and writes, and ``transact()`` for everything that belongs together."""
