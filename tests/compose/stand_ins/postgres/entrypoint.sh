#!/bin/sh
# What the official image does at its start, as far as our files and tests ask for it.
set -eu
PATH=$(echo /usr/lib/postgresql/*/bin):$PATH
export PATH
user=${POSTGRES_USER:-postgres}

if [ "$(id -u)" = 0 ]; then
    mkdir -p "$PGDATA" /var/run/postgresql
    chown -R postgres:postgres /var/lib/postgresql /var/run/postgresql
    chmod 700 "$PGDATA"
    exec setpriv --reuid postgres --regid postgres --init-groups "$0" "$@"
fi
if [ ! -s "$PGDATA/PG_VERSION" ]; then
    umask 077
    printf '%s' "${POSTGRES_PASSWORD:?}" > /tmp/password
    initdb --username "$user" --pwfile /tmp/password --auth-local trust --auth-host scram-sha-256 \
        --encoding UTF8 --locale C.UTF-8
    rm /tmp/password
    echo 'host all all all scram-sha-256' >> "$PGDATA/pg_hba.conf"
    echo "listen_addresses = '*'" >> "$PGDATA/postgresql.conf"
    pg_ctl -w -o "-c listen_addresses=''" start
    if [ "${POSTGRES_DB:-postgres}" != postgres ]; then
        createdb --username "$user" --maintenance-db postgres "$POSTGRES_DB"
    fi
    for script in /docker-entrypoint-initdb.d/*.sh; do
        [ ! -e "$script" ] || sh "$script"
    done
    pg_ctl -w -m fast stop
fi
exec "$@"
