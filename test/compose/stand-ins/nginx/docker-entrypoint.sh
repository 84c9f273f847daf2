#!/bin/sh
# As in the official image: runs every executable of /docker-entrypoint.d, then the command.
set -e
for script in /docker-entrypoint.d/*.sh; do
  if [ -x "$script" ]; then "$script"; fi
done
exec "$@"
