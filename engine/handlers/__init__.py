"""One function per operation kind, grouped by idea: each turns a scene into a step."""
