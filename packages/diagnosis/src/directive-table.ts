/**
 * The table behind directives.ts: cause -> what to paste. Names and defaults: nginx.org/en/docs, nodejs.org/api/http.html
 * (server.keepAliveTimeout), docs.gunicorn.org/en/stable/settings.html, tomcat.apache.org/tomcat-10.1-doc/config/http.html,
 * httpd.apache.org/docs/2.4/mod/core.html, php.net/manual/en/install.fpm.configuration.php, Linux
 * Documentation/networking/ip-sysctl.rst and nf_conntrack-sysctl.rst, kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle.
 * A test gives every nginx block to a real nginx.
 */
import type { Directive } from './directives.ts';

const UPSTREAM_BLOCK = 'nginx.conf, upstream {}';
const LOCATION = 'nginx.conf, location {}';
const SERVER = 'nginx.conf, server {}';
const SYSCTL = '/etc/sysctl.d/90-tcp.conf';

/** For requests that a second upstream may execute as well. */
const NEXT_UPSTREAM: Directive = {
  party: 'nginx',
  place: LOCATION,
  text: `proxy_next_upstream error timeout;    # default; POST and PATCH are not repeated
proxy_next_upstream_tries 2;
proxy_next_upstream_timeout 10s;`,
};

/** Connections to the upstream that nginx keeps: fewer to open, fewer to lose. */
const UPSTREAM_KEEPALIVE: Directive = {
  party: 'nginx',
  place: LOCATION,
  text: `proxy_http_version 1.1;
proxy_set_header Connection "";    # with keepalive 32; in upstream {}`,
};

const SHORT_KEEPALIVE: Directive = {
  party: 'nginx',
  place: UPSTREAM_BLOCK,
  text: `keepalive 32;
keepalive_timeout 4s;       # below the upstream's own: 4s for Node, Apache, uvicorn (5 s); 1s for gunicorn (2 s)
keepalive_requests 1000;    # below the upstream's own limit, where it has one`,
};

const NODE_KEEPALIVE: Directive = {
  party: 'upstream',
  place: 'Node',
  text: `// above keepalive_timeout of nginx (60 s); default 5_000
server.keepAliveTimeout = 65_000;
server.headersTimeout = 66_000;`,
};

const GUNICORN_KEEPALIVE: Directive = {
  party: 'upstream',
  place: 'gunicorn.conf.py',
  text: `# above keepalive_timeout of nginx (60 s); default 2
keepalive = 75`,
};

const SOCKET_KEEPALIVE: Directive = {
  party: 'nginx',
  place: LOCATION,
  text: `proxy_socket_keepalive on;    # with net.ipv4.tcp_keepalive_time below the device's idle timeout`,
};

const TCP_KEEPALIVE: Directive = {
  party: 'kernel',
  place: SYSCTL,
  text: `net.ipv4.tcp_keepalive_time = 120    # below the idle timeout of every device on the way
net.ipv4.tcp_keepalive_intvl = 30
net.ipv4.tcp_keepalive_probes = 4`,
};

const IDLE_BELOW_DEVICE: Directive = {
  party: 'nginx',
  place: UPSTREAM_BLOCK,
  text: `keepalive 32;
keepalive_timeout 60s;    # below the idle timeout of every device between nginx and the upstream`,
};

const BACKLOG: readonly Directive[] = [
  {
    party: 'upstream',
    place: 'gunicorn.conf.py',
    text: `backlog = 4096    # default 2048; net.core.somaxconn caps it
workers = 8       # enough to accept as fast as connections come`,
  },
  {
    party: 'upstream',
    place: 'Node',
    text: `server.listen({ port: 8080, backlog: 4096 });    // default 511; net.core.somaxconn caps it`,
  },
  {
    party: 'kernel',
    place: `${SYSCTL}, on the upstream's host`,
    text: `net.core.somaxconn = 4096
net.ipv4.tcp_max_syn_backlog = 4096
net.ipv4.tcp_abort_on_overflow = 0`,
  },
];

const IGNORE_ABORT: Directive = {
  party: 'nginx',
  place: LOCATION,
  text: `proxy_ignore_client_abort on;    # the upstream finishes its work although nobody reads the answer`,
};

const GRACEFUL_POD: Directive = {
  party: 'k8s',
  place: 'pod template',
  text: `terminationGracePeriodSeconds: 60
containers:
  - name: app
    lifecycle:
      preStop:
        exec: { command: ["sleep", "10"] }    # endpoints are taken out meanwhile`,
};

export const DIRECTIVES: Readonly<Record<string, readonly Directive[]>> = {
  'probe-connect-rst': [
    { party: 'LB', place: 'haproxy.cfg, backend', text: `option httpchk\nhttp-check send meth GET uri /healthz` },
  ],
  'upstream-port-closed': [
    {
      party: 'nginx',
      place: UPSTREAM_BLOCK,
      text: `server 10.0.0.11:8080 max_fails=3 fail_timeout=10s;    # your servers
server 10.0.0.12:8080 max_fails=3 fail_timeout=10s;`,
    },
    NEXT_UPSTREAM,
    {
      party: 'upstream',
      place: "shell, on the upstream's host",
      text: `ss -ltnp    # does it listen, and on which address?`,
    },
  ],
  'firewall-reject-syn': [
    {
      party: 'network',
      place: 'shell, on the firewall',
      text: `nft list ruleset | grep -n reject\niptables-save | grep -n REJECT`,
    },
  ],
  'icmp-unreachable-connect': [
    {
      party: 'network',
      place: "shell, on nginx's host",
      text: `ip route get 10.0.0.11    # the upstream's address\nip neigh show`,
    },
  ],
  'connect-timeout-blackhole': [
    { party: 'nginx', place: LOCATION, text: `proxy_connect_timeout 2s;    # default 60s` },
    NEXT_UPSTREAM,
  ],
  'accept-queue-overflow-drop': [...BACKLOG, UPSTREAM_KEEPALIVE],
  'accept-queue-overflow-abort': BACKLOG,
  'syn-cookie-fallout': [
    {
      party: 'kernel',
      place: `${SYSCTL}, on the upstream's host`,
      text: `net.core.somaxconn = 4096\nnet.ipv4.tcp_max_syn_backlog = 8192`,
    },
  ],
  'time-wait-port-reuse': [
    UPSTREAM_KEEPALIVE,
    {
      party: 'kernel',
      place: SYSCTL,
      text: `net.ipv4.ip_local_port_range = 10240 65000
net.ipv4.tcp_timestamps = 1
net.ipv4.tcp_tw_reuse = 1
net.ipv4.tcp_rfc1337 = 0`,
    },
  ],
  'client-timeout-abort': [
    { ...IGNORE_ABORT, text: `${IGNORE_ABORT.text}\nproxy_read_timeout 30s;          # not longer than clients wait` },
  ],
  'client-half-close-as-abort': [IGNORE_ABORT],
  'client-vanished': [
    {
      party: 'nginx',
      place: SERVER,
      text: `listen 8080 so_keepalive=2m:30s:4;    # your port; add it to the listen you have\nsend_timeout 30s;`,
    },
  ],
  'tls-client-alert-then-rst': [
    {
      party: 'server',
      place: "shell, on nginx's host",
      text: `openssl s_client -connect 127.0.0.1:443 -servername www.example.org -showcerts </dev/null    # your name`,
    },
  ],
  'scheme-mismatch-client': [{ party: 'nginx', place: SERVER, text: `error_page 497 =301 https://$host$request_uri;` }],
  'proxy-protocol-mismatch-client': [
    {
      party: 'LB',
      place: 'haproxy.cfg, backend',
      text: `server nginx1 10.0.0.2:80 send-proxy check check-send-proxy    # your address`,
    },
    {
      party: 'nginx',
      place: SERVER,
      text: `listen 8080 proxy_protocol;    # your port; only where every client sends the header`,
    },
  ],
  'keepalive-race-client-nginx': [
    {
      party: 'nginx',
      place: SERVER,
      text: `keepalive_timeout 75s;       # longer than the client's: 75s behind AWS ALB (60 s), 650s behind GCP (600 s)
keepalive_requests 10000;`,
    },
  ],
  'nginx-reset-timedout': [
    {
      party: 'nginx',
      place: SERVER,
      text: `client_header_timeout 60s;    # raise the one that ran out\nclient_body_timeout 60s;\nsend_timeout 60s;`,
    },
  ],
  'nginx-lingering-exhausted': [
    {
      party: 'nginx',
      place: SERVER,
      text: `client_max_body_size 20m;    # what your uploads need\nlingering_time 60s;\nlingering_timeout 10s;`,
    },
  ],
  'nginx-worker-shutdown-timeout': [
    { party: 'nginx', place: 'nginx.conf, main', text: `worker_shutdown_timeout 300s;` },
  ],
  'nginx-closes-upstream-after-client-abort': [IGNORE_ABORT],
  'nginx-upstream-timeout-late-data': [
    {
      party: 'nginx',
      place: LOCATION,
      text: `proxy_read_timeout 120s;    # longer than the slowest answer that is worth the wait`,
    },
  ],
  'nginx-unsolicited-upstream-data': [SHORT_KEEPALIVE],
  'nginx-tcp-keepalive-timeout': [
    {
      party: 'nginx',
      place: SERVER,
      text: `listen 8080 so_keepalive=10m:75s:9;    # your port; idle, interval, probes`,
    },
    TCP_KEEPALIVE,
  ],
  'keepalive-race-nginx-upstream': [
    SHORT_KEEPALIVE,
    NODE_KEEPALIVE,
    GUNICORN_KEEPALIVE,
    { party: 'upstream', place: 'uvicorn', text: `uvicorn app:app --timeout-keep-alive 75    # default 5` },
    { party: 'upstream', place: 'Apache httpd', text: `KeepAliveTimeout 75    # default 5` },
    {
      party: 'upstream',
      place: 'Tomcat, server.xml',
      text: `<Connector port="8080"
  keepAliveTimeout="75000" maxKeepAliveRequests="-1"/>`,
    },
  ],
  'upstream-max-requests-recycle': [
    {
      party: 'nginx',
      place: UPSTREAM_BLOCK,
      text: `keepalive 32;\nkeepalive_requests 90;    # below the number after which the upstream closes`,
    },
    { party: 'upstream', place: 'gunicorn.conf.py', text: `max_requests = 10000\nmax_requests_jitter = 1000` },
    { party: 'upstream', place: 'Tomcat, server.xml', text: `<Connector port="8080" maxKeepAliveRequests="-1"/>` },
  ],
  'upstream-close-unread-request': [NEXT_UPSTREAM],
  'upstream-early-response-unread-body': [
    {
      party: 'nginx',
      place: LOCATION,
      text: `client_max_body_size 10m;    # not more than the upstream accepts\nproxy_request_buffering on;`,
    },
    { party: 'upstream', place: 'Tomcat, server.xml', text: `<Connector port="8080" maxSwallowSize="-1"/>` },
    {
      party: 'upstream',
      place: 'Node',
      text: `request.resume();    // read what is left before the answer ends the exchange`,
    },
    {
      party: 'client',
      place: 'curl',
      text: `curl -H 'Expect: 100-continue' --upload-file body.bin https://www.example.org/upload`,
    },
  ],
  'upstream-abort-linger0': [NEXT_UPSTREAM],
  'upstream-worker-crash': [
    {
      party: 'upstream',
      place: 'gunicorn.conf.py',
      text: `timeout = 120    # default 30: a worker that is silent for so long is killed\ngraceful_timeout = 60`,
    },
    {
      party: 'upstream',
      place: 'PHP-FPM pool',
      text: `request_terminate_timeout = 120s\nrequest_slowlog_timeout = 10s\nslowlog = /var/log/php-fpm.slow.log`,
    },
    { party: 'upstream', place: "shell, on the upstream's host", text: `dmesg -T | grep -Ei 'out of memory|segfault'` },
    NEXT_UPSTREAM,
  ],
  'upstream-closed-without-response': [NEXT_UPSTREAM],
  'upstream-rst-mid-headers': [NEXT_UPSTREAM],
  'upstream-rst-ends-close-delimited': [UPSTREAM_KEEPALIVE],
  'upstream-rst-after-complete': [UPSTREAM_KEEPALIVE],
  'upstream-listener-closed': [GRACEFUL_POD, NEXT_UPSTREAM],
  'upstream-tls-mismatch': [
    {
      party: 'nginx',
      place: LOCATION,
      text: `proxy_ssl_server_name on;
proxy_ssl_name www.example.org;    # the name in the upstream's certificate
proxy_ssl_protocols TLSv1.2 TLSv1.3;`,
    },
  ],
  'upstream-websocket-reset': [
    {
      party: 'nginx',
      place: LOCATION,
      text: `proxy_http_version 1.1;
proxy_set_header Upgrade $http_upgrade;
proxy_set_header Connection "upgrade";
proxy_read_timeout 300s;    # longer than the application's ping period; default 60s
proxy_send_timeout 300s;`,
    },
    {
      party: 'app',
      place: 'Node, ws',
      text: `setInterval(() => wss.clients.forEach((socket) => socket.ping()), 30_000);`,
    },
  ],
  'upstream-h2-goaway': [
    { party: 'nginx', place: LOCATION, text: `grpc_next_upstream error timeout;\ngrpc_next_upstream_tries 2;` },
  ],
  'container-or-endpoint-removed': [GRACEFUL_POD, NEXT_UPSTREAM],
  'lb-idle-timeout-reset': [IDLE_BELOW_DEVICE, SOCKET_KEEPALIVE, TCP_KEEPALIVE],
  'nat-conntrack-expired-silent': [IDLE_BELOW_DEVICE, SOCKET_KEEPALIVE, TCP_KEEPALIVE],
  'conntrack-expired-reject': [
    {
      party: 'network',
      place: '/etc/sysctl.d/90-conntrack.conf, on the firewall',
      text: `net.netfilter.nf_conntrack_tcp_loose = 1`,
    },
    IDLE_BELOW_DEVICE,
  ],
  'conntrack-invalid-rst': [
    {
      party: 'kernel',
      place: '/etc/sysctl.d/90-conntrack.conf',
      text: `net.netfilter.nf_conntrack_tcp_be_liberal = 1`,
    },
  ],
  'mtu-black-hole': [
    { party: 'network', place: 'nftables, forward chain', text: `tcp flags syn tcp option maxseg size set rt mtu` },
    { party: 'kernel', place: SYSCTL, text: `net.ipv4.tcp_mtu_probing = 1` },
  ],
  'kernel-memory-or-orphan-abort': [
    {
      party: 'kernel',
      place: "shell, on nginx's host",
      text: `sysctl net.ipv4.tcp_mem net.ipv4.tcp_max_orphans\nnstat -az TcpExtTCPAbortOnMemory`,
    },
  ],
  'unknown-rst': [
    {
      party: 'evidence',
      place: 'shell, on the host that reset',
      text: `cd /sys/kernel/tracing
echo 1 > events/tcp/tcp_send_reset/enable
cat trace_pipe    # reason= names it (Linux 6.10 and newer)`,
    },
  ],
};
