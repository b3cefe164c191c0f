"""The domains and the kernel they stand on."""
