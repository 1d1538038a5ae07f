#!/usr/bin/env python3
"""Whether the broker takes connections: the jars that we have do not hold the official command."""
import socket
import sys

host, _, port = sys.argv[sys.argv.index("--bootstrap-server") + 1].rpartition(":")
socket.create_connection((host, int(port)), timeout=3).close()
