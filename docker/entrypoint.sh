#!/bin/sh
# entrypoint.sh NAME: wait for the database, then become the Procfile's line of that name.
# Anything else than one name is run as it stands, for example `python -m mirakl_sync doctor`.
set -eu

cd "$(dirname "$0")"
[ -f Procfile ] || cd ..

line=""
if [ "$#" -eq 1 ]; then
    line=$(sed -n "s/^$1:[[:space:]]*//p" Procfile)
    if [ -z "$line" ]; then
        echo "The Procfile has no line named '$1'. It has: $(sed -n 's/^\([A-Za-z0-9_-]*\):.*/\1/p' Procfile | tr '\n' ' ')" >&2
        exit 64
    fi
fi

python -m mirakl_sync.embedded.wait_for_database

# exec all the way: the process itself gets the container's signals and may finish what it holds
if [ -n "$line" ]; then
    exec sh -c "exec $line"
fi
exec "$@"
