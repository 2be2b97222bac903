"""`python -m portal.launch.workers`: only the workers, with the watchdog that restarts them.

For a host or container of their own; settings come from the environment.
"""

from __future__ import annotations

import os
import sys

from portal.launch.postgres import LaunchError
from portal.launch.processes import Program
from portal.launch.programs import workers
from portal.launch.progress import fail
from portal.launch.supervisor import Supervisor
from portal.launch.watchdog import guard


def main() -> int:
    """0 when it was told to stop."""
    database_url = os.environ.get("DATABASE_URL")
    if not database_url:
        return fail("DATABASE_URL is not set; docs/operations.md lists what workers need.")
    supervisor = Supervisor()
    try:
        _keep(supervisor, workers({}), database_url)
    except LaunchError as error:
        return fail(str(error))
    except KeyboardInterrupt:
        pass
    finally:
        supervisor.stop_all()
    return 0


def _keep(supervisor: Supervisor, program: Program, database_url: str) -> None:
    # A container's log is what its processes write.
    guard(supervisor, supervisor.start(program.with_our_output()), database_url)
    supervisor.wait()


if __name__ == "__main__":
    sys.exit(main())
