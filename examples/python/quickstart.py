"""An agent remembers across two processes, and SQL finds the conversation."""

import subprocess
import sys
from pathlib import Path

from persql import PerSQL

file = Path(__file__).with_name("agents.db")
for part in ("", "-wal", "-shm"):
    Path(f"{file}{part}").unlink(missing_ok=True)

# Two processes that share nothing but the file.
for message in ("My favourite colour is teal.", "What is my favourite colour?"):
    subprocess.run([sys.executable, Path(__file__).with_name("turn.py"), file, message], check=True)

SQL = """
  select s.session_id, count(m.id) as items, s.updated_at as last_active
  from agent_sessions s left join agent_messages m using (session_id)
  group by s.session_id order by last_active desc"""

with PerSQL(local=file) as client:
    result = client.database("local/main").query(SQL, read_only=True)
print(f"\nConversation items are rows in {file.name}:\n{SQL}\n")
for row in result["data"]:
    print(row)
