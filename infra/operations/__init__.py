"""Commands for operators: ``python -m infra.operations <command>``, with the credentials of whoever runs them."""
