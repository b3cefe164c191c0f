"""Documents made from the declarations: OpenAPI, the endpoint table, the list of functions, the event catalogue."""
