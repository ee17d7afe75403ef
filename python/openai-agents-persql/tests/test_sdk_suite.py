"""The SDK's own tests of sessions, with ours in the place of `SQLiteSession`."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

#: The unpacked source distribution of the version that is installed, which holds its tests.
SDK = os.environ.get("PERSQL_TEST_AGENTS_SDK")

FILES = [
    "tests/memory/test_session.py",
    "tests/memory/test_session_limit.py",
    "tests/memory/test_session_context_wrapper.py",
    "tests/memory/test_session_persistence_sanitize.py",
    "tests/memory/test_compaction_suffix.py",
    "tests/memory/test_compaction_model_visibility.py",
    "tests/memory/test_openai_responses_compaction_session.py",
    "tests/test_hitl_session_scenario.py",
]

CONNECTIONS = "looks at the connections and locks that SQLiteSession keeps"
ERRORS = "expects the error of SQLiteSession, where ours is a PerSQLError"

EXCEPT = {
    "sqlite_session_close_closes_worker_thread_connections": CONNECTIONS,
    "sqlite_session_reaps_connections_from_exited_worker_threads": CONNECTIONS,
    "sqlite_session_closes_retired_connections_before_the_next_allocation": CONNECTIONS,
    "sqlite_session_keeps_connections_of_live_worker_threads": CONNECTIONS,
    "sqlite_session_file_lock_is_shared_across_instances": CONNECTIONS,
    "sqlite_session_failed_clear_session_rolls_back": CONNECTIONS,
    "sqlite_session_failed_pop_item_releases_write_lock": CONNECTIONS,
    "sqlite_session_rollback_failure_evicts_connection": CONNECTIONS,
    "sqlite_session_close_retries_quarantined_connection": CONNECTIONS,
    "sqlite_session_post_commit_cancellation_propagates_after_known_outcome": CONNECTIONS,
    "settled_pop_failure_invalidates_response_chain": CONNECTIONS,
    "settled_clear_failure_invalidates_response_chain": CONNECTIONS,
    "sqlite_session_closed_rejects_empty_add_items": "adding nothing does nothing, whatever the database is",
    "sqlite_session_failed_add_items_releases_write_lock": ERRORS,
    "session_settings_rejects_unknown_dictionary_fields": ERRORS,
}


@pytest.mark.long
@pytest.mark.skipif(SDK is None, reason="PERSQL_TEST_AGENTS_SDK does not name the source of the SDK")
def test_the_tests_of_the_sdk_pass() -> None:
    others = " and ".join(f"not {name}" for name in EXCEPT)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "sdk_plugin", "-o", "asyncio_mode=auto"]
    done = subprocess.run(
        [*command, "-k", others, *FILES],
        check=False,
        cwd=str(SDK),
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-10_000:]
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed is not None
    assert int(passed.group(1)) > 200
