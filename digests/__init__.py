"""Judged items become an edition, and an edition a message in a mailbox. The only folder that knows Jinja2 and SMTP."""
