#!/bin/sh
# A database and two roles for each service. Run once by the PostgreSQL image on an empty volume;
# for a server of your own run it with psql's usual PG* variables set to a superuser.
set -eu

for service in applications risk_pool notifications console; do
    upper=$(printf '%s' "$service" | tr '[:lower:]' '[:upper:]')
    eval "owner_password=\${${upper}_OWNER_PASSWORD:?}"
    eval "password=\${${upper}_PASSWORD:?}"
    psql -v ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres \
        -v service="$service" -v owner="${service}_owner" \
        -v owner_password="$owner_password" -v password="$password" <<'SQL'
create role :"owner" login password :'owner_password';
create role :"service" login password :'password';
create database :"service" owner :"owner" template template0;
revoke all on database :"service" from public;
grant connect on database :"service" to :"service";
SQL
    psql -v ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname "$service" \
        -v service="$service" -v owner="${service}_owner" <<'SQL'
revoke all on schema public from public;
grant usage, create on schema public to :"owner";
grant usage on schema public to :"service";
alter default privileges for role :"owner" in schema public
    grant select, insert, update, delete on tables to :"service";
alter default privileges for role :"owner" in schema public
    grant usage, select on sequences to :"service";
SQL
done
