"""The order of a run: what needs quiet comes before the programs that make noise."""

from __future__ import annotations

from portal.launch.progress import step
from tests.bench import agent, flow, intake, polling, posting, scene, usage
from tests.bench.report import Row
from tests.bench.sizes import Sizes
from tests.bench.stage import Stage

_SPARE = 20


def run(stage: Stage, sizes: Sizes) -> list[Row]:
    """Everything that needs the portal. Raises LaunchError."""
    with step("Companies"):
        gateway = scene.start_gateway(stage)
        wanted = {
            "busy": 2 * sizes.receipts + sizes.backlog,
            "polled": 0,
            "quiet": sizes.payments + 10 * sizes.backlog,
        }
        made = {
            name: scene.make_company(stage, gateway, name=name, invoices=count + _SPARE)
            for name, count in wanted.items()
        }
    busy, quiet = made["busy"], made["quiet"]
    with step("Posting"):
        posted = posting.measure(stage, busy, sizes)
    with step("Polling"):
        polled = polling.measure(made["polled"], sizes)
    with step("Intake"):
        port = intake.start_web(stage)
        taken = intake.measure(stage, quiet, port, sizes)
    with step("Agent"):
        through_agent = agent.measure(stage, port, sizes)
    scene.hush(stage)
    flow.start_workers(stage)
    with step("One by one"):
        idle = flow.measure_idle(quiet, port, sizes)
    memory = _memory(stage, "after idle")
    with step("Backlog"):
        backlog = flow.measure_backlog(
            stage, busy=busy, quiet=quiet, port=port, sizes=sizes, driver=posted[0].limit or 0.0
        )
    return [
        *taken,
        *idle,
        *posted,
        *through_agent,
        *polled,
        *backlog,
        *memory,
        *_memory(stage, "after the backlog"),
    ]


def _memory(stage: Stage, when: str) -> list[Row]:
    """Of each program and everything it started."""
    rows = []
    for name in flow.PROGRAMS:
        found = usage.memory(stage.process_id(name))
        details = {"rss_mb": round(found.rss, 1), "processes": found.processes}
        rows.append(Row(f"Memory of {name} {when}", found.pss, "MB", details=details))
    return rows
