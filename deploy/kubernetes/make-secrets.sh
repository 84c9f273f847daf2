#!/bin/sh
# Prints the secrets of the two Redis, with new random passwords: ./make-secrets.sh | kubectl apply -f -
# One user for each app, with the rights that docs/redis.md lists (it is read for them), and nobody else. Run again, it makes other passwords:
# restart all pods then.
set -eu

namespace=${1:-resetscope}
password() { head -c 24 /dev/urandom | od -An -v -tx1 | tr -d ' \n'; }
hash() { printf %s "$1" | sha256sum | cut -d ' ' -f 1; }
# The rule of a user, as an ACL file has it.
rule() {
  sed -n "s/^ACL SETUSER \\(resetscope-$1\\) on >PASSWORD \\(.*\\)/user \\1 on #$(hash "$2") \\2/p" "$(dirname "$0")/../../docs/redis.md"
}

capture=$(password)
tailer=$(password)
correlator=$(password)
web=$(password)

cat <<END
apiVersion: v1
kind: Secret
metadata:
  name: resetscope-redis-acl
  namespace: $namespace
stringData:
  users.acl: |
    user default off
    $(rule capture "$capture")
    $(rule tailer "$tailer")
    $(rule correlator "$correlator")
    $(rule web "$web")
---
apiVersion: v1
kind: Secret
metadata:
  name: resetscope-redis
  namespace: $namespace
stringData:
  capture: redis://resetscope-capture:$capture@ring:6379
  tailer: redis://resetscope-tailer:$tailer@redis:6379
  correlator: redis://resetscope-correlator:$correlator@redis:6379
  correlator-ring: redis://resetscope-correlator:$correlator@ring:6379
  web: redis://resetscope-web:$web@redis:6379
  web-ring: redis://resetscope-web:$web@ring:6379
END
