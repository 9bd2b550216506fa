"""docker-compose.yml without Docker: its very commands as processes of this host, and what they promise through nginx.

    python -m tests.stack            the story of a user, and what an attacker tries
    python -m tests.stack chaos      kill -9 of each process in turn, under load
    python -m tests.stack nginx      `nginx -t` on the configuration

Each service has a loopback address of its own, as it has an address of its own in a compose network, and keeps its
ports.
Images, the read-only root, capabilities and limits are not tried so: they are an engine's.
"""
