/** What `--help` prints, per command. A test keeps each flag that a command accepts in its text. */

export const COMMANDS = [
  'analyze',
  'flows',
  'tail',
  'ring',
  'jobs',
  'up',
  'demo',
  'doctor',
  'tailer',
  'capture',
  'correlator',
  'web',
] as const;

export const MAIN_HELP: string = `resetscope: who reset the connection, when, why, and did the request get through

nginx writes "recv() failed (104: Connection reset by peer)" and leaves you guessing.
resetscope joins each such line to the exact TCP connection in a packet capture and
answers: did the transaction succeed, who hung up, what has to change.

usage: resetscope COMMAND [FLAGS]

Start here
  demo      see it work in a minute: real nginx, provoked resets, a live list of verdicts
  analyze   explain the resets in files you already have: an error log and a pcap
  flows     list the TCP connections of a pcap: states, resets, requests; no log needed
  tail      follow error logs without losing a line: reset lines as JSON on standard output
  doctor    check whether this host is ready for "up", and say what to do where it is not

On the host of nginx
  up        follow the error log, capture packets, serve the incidents as a page
  ring      what the captured packets cover, and some of them as a file for Wireshark
  jobs      lines on their way to an incident, and those that did not get there

One part alone (for containers)
  tailer, capture, correlator, web

  resetscope COMMAND --help   the flags of a command
  resetscope --version

Examples
  resetscope analyze --error-log error.log --pcap trace.pcap
  sudo resetscope up --error-log /var/log/nginx/error.log --interface eth0
`;

const HOST_FLAGS = `  --error-log FILE     nginx's error log, FILE=ZONE in another time zone, or a pattern in quotes;
                       may be given several times (default /var/log/nginx/error.log)
  --syslog ADDR        take the lines of "error_log syslog:server=ADDR" too: HOST:PORT or unix:PATH
  --access-log FILE    nginx's access log, which makes matching certain; may be given several times
  --log-format FORMAT  log_format of the access logs (default: found from their lines)
  --storm-lines-per-second N
                       group what a log writes beyond N lines a second (default: every line alone)
  --interface NAME     where to capture: eth0, lo, any; may be given several times (default any)
  --ports LIST         capture only these TCP ports, of nginx and its upstreams (default all)
  --ports-from PLACE   capture only the ports that nginx's configuration names: nginx, or a file
  --filter EXPRESSION  capture only what this pcap-filter(7) expression selects, needs tcpdump
  --source NAME        how to capture: af_packet or cap (default af_packet, else cap)
  --listen-ports LIST  ports on which only nginx listens, like 80,443: losses without a log line are
                       found there also before any line has told which end is nginx
  --listen HOST:PORT   address of the page (default 127.0.0.1:9150)
  --users-file FILE    who may sign in to the page; without it nobody needs to, and the page is
                       served on loopback only (resetscope web --help says how to make one)
  --page-url URL       where browsers reach the page behind a proxy: https://resetscope.example.com
  --insecure-no-sign-in
                       serve the page to others although nobody needs to sign in
  --timezone TZ        time zone of nginx's log, like Europe/Berlin (default this host's)
  --node NAME          name of this host in incidents (default its host name)
  --redis URL          redis://host:port or unix:/path; also as REDIS_URL in the environment
                       (default: a private redis-server on a unix socket)
  --data-dir DIR       checkpoint and private Redis (default /var/lib/resetscope as root,
                       otherwise ~/.local/state/resetscope)
  --ring-bytes SIZE    memory for captured packets (default 256m)
  --ring-age DURATION  packets older than this are forgotten (default 15m)
  --user NAME          the capture gives up root for this user once it can capture (default nobody)
`;

export const UP_HELP: string = `resetscope up: everything on this host, until Ctrl-C

usage: resetscope up [FLAGS]

${HOST_FLAGS}
Needs the right to capture packets (root or CAP_NET_RAW), and redis-server or a Redis URL.
For resets by clients nginx must log at level info:  error_log /var/log/nginx/error.log info;
`;

export const DOCTOR_HELP: string = `resetscope doctor: is everything in place, and what to do where it is not?

usage: resetscope doctor [FLAGS]

Beside nginx (on its host, or in its pod) it looks at logs, configuration, interfaces and
rights; in Redis at memory, policy, packet rings, queue and clocks. Changes nothing. From
elsewhere "resetscope doctor --stack --redis URL" looks at the rest. Prints ok, warn, fail
or skip with the reason, and what to do. Takes the flags of "up" and these:

  --nginx-config PLACE read nginx's configuration there: nginx, which is asked (default), or a file
  --tailer-user NAME   can this user read the log? (default: whoever runs the doctor)
  --watch SECONDS      how long to listen for packets of nginx (default 2)
  --ops HOST:PORT      where an app serves /metrics: is it ready? may be given several times
  --ring-redis URL     where the captures keep the ring, if not in --redis (RESETSCOPE_RING_REDIS)
  --stack              look at Redis and the apps alone, not at this host
  --json               one object, the findings with their ids

${HOST_FLAGS}
exit code 0: nothing fails (warnings count as fine), 1: something fails, 2: wrong usage
`;

export const DEMO_HELP: string = `resetscope demo: real nginx, real resets, live verdicts

usage: resetscope demo [FLAGS]

Starts a private Redis, nginx before two small upstreams, all apps of resetscope, and
traffic: healthy requests, health-check probes, and clients and upstreams that reset in
every way that matters. The generator knows the truth and checks each verdict with it.
Everything is stopped and removed at the end.

  --seconds N          stop after N seconds of traffic and check every verdict
                       (default: until Ctrl-C)
  --listen HOST:PORT   address of the page (default 127.0.0.1:9150)
  --json               the summary as JSON on stdout, all else on stderr

Needs root or CAP_NET_RAW, nginx and redis-server.
exit code 0: all verdicts right, 1: a logged reset was not matched to its connection
with the right cause, or something could not start
`;
