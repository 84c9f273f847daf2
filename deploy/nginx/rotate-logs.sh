#!/bin/sh
# Keeps the logs in the volume small: a log over LOG_BYTES becomes NAME.1 (one such copy is kept), and nginx opens a new one.
# The image runs it before nginx (/docker-entrypoint.d); it stays behind in the background. The tailer reads NAME.1 to its
# end before it goes on with the new log, so nothing is lost.
: "${LOG_BYTES:=104857600}"

rotate() {
  moved=
  for log in /logs/*.log; do
    if [ -f "$log" ] && [ "$(stat -c %s "$log")" -gt "$LOG_BYTES" ]; then
      mv "$log" "$log.1"
      moved=1
    fi
  done
  if [ -n "$moved" ]; then kill -USR1 1; fi
}

(while sleep 10; do rotate; done) &
