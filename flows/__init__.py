"""When and in which order: command line, settings, clock, environment. The only folder that knows Prefect."""
