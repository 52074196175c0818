"""A policy of CFEngine that the tests of real guests keep, and that fails where it is told to."""

from __future__ import annotations

POLICY = """\
body common control { bundlesequence => { "main" }; }
bundle agent main
{
files:
  inn::
    "/etc/motd" create => "true", edit_line => welcome;
commands:
  broken::
    "/bin/false";
}
bundle edit_line welcome
{
insert_lines:
  "Welcome to the inn";
}
"""
