"""What a start ends with: the facts for a person to read and for programs to find."""

from __future__ import annotations

from portal.launch import places, private_files
from portal.launch.private_files import Facts

FACTS = places.VAR / "run.json"


def publish(facts: Facts) -> None:
    """Write var/run.json, readable by its owner only, and print the same for a person."""
    private_files.write_json(FACTS, facts)
    print(text(facts), flush=True)


def withdraw(_: object = None) -> None:
    """The facts hold only while everything runs."""
    FACTS.unlink(missing_ok=True)


def text(facts: Facts) -> str:
    width = max(len(login["email"]) for login in facts["logins"])
    logins = [
        f"    {login['role']:<16} {login['email']:<{width}}  {login['password']}"
        for login in facts["logins"]
    ]
    return "\n".join(
        [
            "",
            f"  Tieout is running: {facts['url']}",
            "",
            "  Sign in as",
            *logins,
            "",
            f"  Notice URL         {facts['notice_url']}",
            f"  Notice secret      {facts['notice_secret']}",
            f"  API key            {facts['api_key']}   (pages: {facts['url']}/api/docs/)",
            f"  PayTrace simulator {facts['simulator_url']}",
            f"  Support's admin    {facts['url']}/admin/",
            "",
            "  The same facts for programs: var/run.json. Logs: var/log. Ctrl-C stops everything.",
            "",
        ]
    )
