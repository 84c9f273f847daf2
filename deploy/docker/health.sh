#!/bin/bash
# Health check of a container: `health.sh PORT PATH`; exit code 0 when http://127.0.0.1:PORT/PATH answers 200.
# Bash alone: a Node started every ten seconds uses more CPU than what it looks at.
#
# --restart-without-network: when no interface but loopback is left, also ends the program of this container, so that its
# restart policy starts it again. This happens under `network_mode: service:nginx` when nginx is started again: Docker makes a
# new network for nginx and leaves the others in the old one, cut off from everything for good.
port=$1 path=$2 flag=${3-}

is_cut_off() {
  ! grep --quiet --invert-match --extended-regexp '^Inter-|^ face|^ *lo:' /proc/net/dev
}

# The program has become another user, whom root may signal only with a capability that this container has not.
end_program() {
  uid=$(sed --quiet 's/^Uid:\t\([0-9]*\).*/\1/p' /proc/1/status)
  setpriv --reuid="$uid" bash -c 'kill -TERM 1'
}

if [[ $flag == --restart-without-network ]] && is_cut_off; then
  echo 'no network is left: restarting'
  end_program
  exit 1
fi

exec 3<>"/dev/tcp/127.0.0.1/$port" || exit 1
printf 'GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n' "$path" >&3
IFS= read -r -t 3 status <&3
echo "$status"
[[ $status == *' 200 '* ]]
