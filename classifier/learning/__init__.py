"""The embedded engine learns from people: verdicts, their two sides, candidates, and what is put into service."""
