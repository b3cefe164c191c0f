"""A local imitation of what SES tells about mails, in front of the local AWS that takes them."""
