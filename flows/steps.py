"""Which plain function is behind each flow. Knows them by name only, so that nothing heavy is loaded too early."""

from collections.abc import Callable, Mapping
from importlib import import_module

from flows.report import Report

STEPS: Mapping[str, str] = {
    "weekly": "flows.weekly:weekly",
    "collect": "flows.collect:collect",
    "digest": "flows.digest:digest",
    "send": "flows.send:send",
    "reclassify": "flows.reclassify:reclassify",
    "reparse": "flows.reparse:reparse",
    "publish": "flows.publish:publish",
}
"""Flow -> where its plain function is. Each takes (settings, now, **parameters) and gives a Report."""


def step(flow: str) -> Callable[..., Report]:
    """The plain function of a flow."""
    module, name = STEPS[flow].split(":")
    function: Callable[..., Report] = getattr(import_module(module), name)
    return function
