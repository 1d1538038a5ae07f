#!/bin/sh
# Starts the broker of docker-compose.production.yml: gives its disk a format and everybody a first
# password where there is none yet, then serves. Everything it needs lies in /certificates.
set -eu
bin=${KAFKA_BIN:-/opt/kafka/bin}

# shellcheck disable=SC2046  # One argument a word.
"$bin/kafka-storage.sh" format --ignore-formatted --standalone \
    -t "$CLUSTER_ID" -c /certificates/server.properties $(cat /certificates/users)
exec "$bin/kafka-server-start.sh" /certificates/server.properties
