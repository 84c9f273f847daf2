/** The table behind causes.ts: 70 causes in the order of docs/verdicts.md. */
import type { Cause } from './causes.ts';

export const CAUSES: readonly Cause[] = [
  {
    id: 'probe-syn-rst',
    title: 'Half-open health check or SYN scan',
    side: 'client',
    normalClose: true,
    fixes: [
      { party: 'capture', text: 'nothing to change; count them per source' },
      { party: 'LB', text: 'switch to an HTTP check if the resets disturb' },
    ],
  },
  {
    id: 'probe-connect-rst',
    title: 'TCP health check: connected and reset without a byte',
    side: 'client',
    normalClose: true,
    fixes: [
      { party: 'LB', text: 'use an HTTP check with `Connection: close` if the log noise matters' },
      {
        party: 'nginx',
        text: 'error_log at `error` hides it; `deferred` on listen makes nginx not see data-less connections',
      },
    ],
  },
  {
    id: 'port-scan',
    title: 'Port scan',
    side: 'client',
    normalClose: false,
    fixes: [{ party: 'edge', text: 'deny or rate-limit the address at the firewall; nothing to change in nginx' }],
  },
  {
    id: 'client-preconnect-abandoned',
    title: 'Client opened a connection and never used it',
    side: 'client',
    normalClose: true,
    fixes: [{ party: 'nginx', text: 'nothing to change; do not alert on it' }],
  },
  {
    id: 'upstream-port-closed',
    title: 'Nothing listens on the upstream port',
    side: 'upstream',
    normalClose: false,
    fixes: [
      {
        party: 'upstream',
        text: 'start the service, or mend its listen address; no traffic before its readiness probe succeeds',
      },
      {
        party: 'nginx',
        text: 'several `server`s in upstream{}, `proxy_next_upstream error timeout` (default), `max_fails`/`fail_timeout`, `backup`',
      },
    ],
  },
  {
    id: 'firewall-reject-syn',
    title: 'A firewall rejected the connection to the upstream',
    side: 'middlebox',
    normalClose: false,
    fixes: [
      { party: 'network', text: 'open the port in the firewall or security group' },
      { party: 'nginx', text: 'nothing to change' },
    ],
  },
  {
    id: 'icmp-unreachable-connect',
    title: 'The network reported the upstream unreachable (ICMP)',
    side: 'middlebox',
    normalClose: false,
    fixes: [
      { party: 'network', text: 'find the route or rule that answers with ICMP unreachable' },
      { party: 'capture', text: 'let the capture filter pass `icmp` as well as `tcp`' },
    ],
  },
  {
    id: 'connect-timeout-blackhole',
    title: 'Connection attempts to the upstream are silently dropped',
    side: 'middlebox',
    normalClose: false,
    fixes: [
      { party: 'nginx', text: 'shorter `proxy_connect_timeout` (1-3 s) so next_upstream kicks in' },
      { party: 'network', text: 'find what drops the SYN: firewall, security group, route, dead host' },
    ],
  },
  {
    id: 'accept-queue-overflow-drop',
    title: 'Upstream accept queue full: connections are dropped',
    side: 'upstream',
    normalClose: false,
    fixes: [
      {
        party: 'upstream',
        text: 'raise backlog: gunicorn `--backlog`, nginx `listen ... backlog=`, Node `server.listen({backlog})`, Tomcat `acceptCount`; more workers',
      },
      {
        party: 'kernel',
        text: 'net.core.somaxconn, net.ipv4.tcp_max_syn_backlog on the upstream host; watch TcpExt ListenOverflows/ListenDrops',
      },
      { party: 'nginx', text: 'upstream keepalive to cut new connections' },
    ],
  },
  {
    id: 'accept-queue-overflow-abort',
    title: 'Upstream accept queue full: connections are reset',
    side: 'upstream',
    normalClose: false,
    fixes: [
      {
        party: 'upstream',
        text: 'raise the backlog and the number of workers; leave net.ipv4.tcp_abort_on_overflow at 0',
      },
    ],
  },
  {
    id: 'syn-cookie-fallout',
    title: 'Upstream used SYN cookies and does not know the connection',
    side: 'upstream',
    normalClose: false,
    fixes: [{ party: 'kernel', text: 'raise tcp_max_syn_backlog/somaxconn; counters SyncookiesSent/Recv/Failed' }],
  },
  {
    id: 'time-wait-port-reuse',
    title: 'Ports reused while the other side is still in TIME_WAIT',
    side: 'client',
    normalClose: false,
    fixes: [
      { party: 'nginx', text: 'upstream keepalive; more source addresses (`proxy_bind`)' },
      {
        party: 'kernel',
        text: 'net.ipv4.ip_local_port_range, tcp_timestamps=1, tcp_tw_reuse; do not set tcp_rfc1337=1 (it keeps TIME_WAIT alive against RST)',
      },
      { party: 'NAT', text: 'larger port pool' },
    ],
  },
  {
    id: 'syn-into-established',
    title: 'New connection attempt on ports that are still in use',
    side: 'unknown',
    normalClose: false,
    fixes: [
      { party: 'kernel', text: 'leave RFC 5961 on; set tcp_challenge_ack_limit high (unlimited on this kernel)' },
      { party: 'NAT', text: 'avoid early port reuse' },
    ],
  },
  {
    id: 'client-abort-in-request',
    title: 'Client gave up inside its request',
    side: 'client',
    normalClose: false,
    fixes: [
      { party: 'client', text: 'retry the upload; raise its write timeout' },
      { party: 'nginx', text: 'client_header_timeout/client_body_timeout only if nginx itself closed' },
    ],
  },
  {
    id: 'client-timeout-abort',
    title: 'Client gave up waiting for the answer',
    side: 'client',
    normalClose: false,
    fixes: [
      {
        party: 'client',
        text: 'let it wait longer than the slowest answer it needs, and not less than nginx does (`proxy_read_timeout`)',
      },
      { party: 'upstream', text: 'answer faster; accept idempotency keys' },
      {
        party: 'nginx',
        text: '`proxy_ignore_client_abort on` if the work must finish; alert on 499 rate together with $upstream_response_time',
      },
      { party: 'LB', text: 'align idle timeout (AWS ALB logs the same event as 460)' },
    ],
  },
  {
    id: 'client-close-unread-mid-response',
    title: 'Client closed with response bytes unread',
    side: 'client',
    normalClose: false,
    fixes: [
      { party: 'client', text: 'read the body to its end, or ask for a range' },
      { party: 'nginx', text: 'nothing; consider `limit_rate`, range support' },
    ],
  },
  {
    id: 'client-linger0-mid-response',
    title: 'Client aborted in the middle of the response',
    side: 'client',
    normalClose: false,
    fixes: [
      { party: 'client', text: 'close gracefully, or use a range request instead of aborting a download' },
      { party: 'nginx', text: 'nothing to change' },
    ],
  },
  {
    id: 'client-half-close-as-abort',
    title: 'Client half-closed and nginx took it for an abort',
    side: 'client',
    normalClose: false,
    fixes: [
      { party: 'client', text: 'do not half-close (nc -N, some health probes, old load generators)' },
      { party: 'nginx', text: '`proxy_ignore_client_abort on` keeps the upstream side alive' },
    ],
  },
  {
    id: 'client-process-killed',
    title: 'Client process was killed',
    side: 'client',
    normalClose: false,
    fixes: [{ party: 'client', text: 'look for the kill in its crash and OOM logs' }],
  },
  {
    id: 'client-fin-then-rst-on-data',
    title: 'Client had closed; later data was answered with a reset',
    side: 'client',
    normalClose: false,
    fixes: [{ party: 'client', text: 'nothing to change when it meant to stop reading' }],
  },
  {
    id: 'client-rst-after-complete',
    title: 'Client resets a finished connection instead of closing it',
    side: 'client',
    normalClose: true,
    fixes: [
      { party: 'client', text: 'read the response to its end, then shutdown() and close(); do not set SO_LINGER 0' },
      { party: 'nginx', text: 'nothing to change; keep such lines at info and out of alerts' },
    ],
  },
  {
    id: 'client-acked-but-unread',
    title: 'Client kernel took the whole answer, its application did not read it',
    side: 'client',
    normalClose: false,
    fixes: [
      {
        party: 'client',
        text: 'look at its own timeout and error log: its kernel had the whole answer, the application closed before reading it',
      },
      {
        party: 'nginx',
        text: 'nothing to change; a 200 in the access log does not prove that the application read the answer',
      },
    ],
  },
  {
    id: 'client-vanished',
    title: 'Client disappeared without a word',
    side: 'client',
    normalClose: false,
    fixes: [
      { party: 'nginx', text: 'send_timeout, so_keepalive=' },
      { party: 'kernel', text: 'tcp_retries2, TCP_USER_TIMEOUT (not settable in nginx)' },
    ],
  },
  {
    id: 'client-half-open-reboot',
    title: 'Peer lost the connection (reboot or failover)',
    side: 'client',
    normalClose: false,
    fixes: [
      {
        party: 'peer',
        text: 'it came back without its connections: synchronise them at failover, or let clients retry',
      },
    ],
  },
  {
    id: 'tls-client-alert-then-rst',
    title: 'TLS client refused the certificate or protocol',
    side: 'client',
    normalClose: false,
    fixes: [
      {
        party: 'server',
        text: 'complete chain in ssl_certificate, right name for the SNI, ssl_protocols that the client speaks',
      },
      { party: 'client', text: 'trust the CA' },
    ],
  },
  {
    id: 'tls-rst-in-handshake',
    title: 'Connection reset inside the TLS handshake',
    side: 'client',
    normalClose: false,
    fixes: [{ party: 'edge', text: 'check SNI filter between client and nginx' }],
  },
  {
    id: 'tls-abrupt-close',
    title: 'TLS connection ended without close_notify',
    side: 'client',
    normalClose: true,
    fixes: [{ party: 'client', text: 'nothing to change' }],
  },
  {
    id: 'scheme-mismatch-client',
    title: 'Client spoke plain HTTP to a TLS port, or the reverse',
    side: 'client',
    normalClose: false,
    fixes: [
      { party: 'nginx', text: '`error_page 497 =301 https://$host$request_uri;`' },
      { party: 'client', text: 'use https:// for this port' },
    ],
  },
  {
    id: 'proxy-protocol-mismatch-client',
    title: 'PROXY protocol expected and not sent, or the reverse',
    side: 'client',
    normalClose: false,
    fixes: [
      { party: 'LB', text: 'send-proxy / target-group proxy_protocol_v2' },
      { party: 'nginx', text: 'listen flag must match; health checks must also speak it' },
    ],
  },
  {
    id: 'keepalive-race-client-nginx',
    title: 'Keepalive race: client reused a connection nginx was closing',
    side: 'race',
    normalClose: false,
    fixes: [
      {
        party: 'rule',
        text: 'the side that SENDS requests must time out first: nginx keepalive_timeout > LB/client idle timeout',
      },
      {
        party: 'nginx',
        text: 'keepalive_timeout 650s behind GCP (LB fixed 600 s), > 60 s behind AWS ALB (default 60 s), > 300 s behind OCI; keepalive_requests high; `keepalive_min_timeout` (1.27.4+) for reloads',
      },
      { party: 'client', text: 'retry on reused connection, shorter pool idle' },
    ],
  },
  {
    id: 'nginx-reset-timedout',
    title: 'nginx reset a client that made no progress',
    side: 'nginx',
    normalClose: false,
    fixes: [
      {
        party: 'nginx',
        text: 'raise the timeout that ran out (client_header_timeout, client_body_timeout, send_timeout) when such clients matter',
      },
      { party: 'client', text: 'read faster' },
    ],
  },
  {
    id: 'nginx-return-444',
    title: 'nginx closed without an answer (return 444)',
    side: 'nginx',
    normalClose: true,
    fixes: [{ party: 'nginx', text: 'nothing to change: `return 444` is meant to close like this' }],
  },
  {
    id: 'nginx-lingering-exhausted',
    title: 'nginx had answered; the client went on uploading too long',
    side: 'nginx',
    normalClose: false,
    fixes: [
      { party: 'nginx', text: 'client_max_body_size, lingering_time, lingering_timeout; never lingering_close off' },
      { party: 'client', text: 'stop on early response, use Expect: 100-continue' },
    ],
  },
  {
    id: 'nginx-worker-killed',
    title: 'An nginx worker died',
    side: 'nginx',
    normalClose: false,
    fixes: [
      {
        party: 'nginx',
        text: 'find the signal in the error log, then the core dump, a third-party module or the OOM killer',
      },
    ],
  },
  {
    id: 'nginx-worker-shutdown-timeout',
    title: 'nginx reload cut connections that were still open',
    side: 'nginx',
    normalClose: false,
    fixes: [{ party: 'nginx', text: 'raise worker_shutdown_timeout, drain first; clients must reconnect' }],
  },
  {
    id: 'nginx-reload-idle-close',
    title: 'nginx reload closed idle connections',
    side: 'nginx',
    normalClose: true,
    fixes: [{ party: 'nginx', text: 'keepalive_min_timeout (1.27.4+)' }],
  },
  {
    id: 'nginx-closes-upstream-after-client-abort',
    title: 'nginx dropped the upstream connection after the client left',
    side: 'nginx',
    normalClose: true,
    fixes: [{ party: 'nginx', text: 'nothing to change; `proxy_ignore_client_abort on` lets the upstream finish' }],
  },
  {
    id: 'nginx-upstream-timeout-late-data',
    title: 'nginx had timed out; the upstream answered too late',
    side: 'nginx',
    normalClose: false,
    fixes: [
      { party: 'nginx', text: 'raise proxy_read_timeout for this location if its answers are worth the wait' },
      { party: 'upstream', text: 'answer faster' },
    ],
  },
  {
    id: 'nginx-unsolicited-upstream-data',
    title: 'Upstream sent bytes on an idle connection and nginx dropped it',
    side: 'nginx',
    normalClose: true,
    fixes: [
      {
        party: 'upstream',
        text: 'do not send 408 on idle keep-alive; longer gRPC keepalive (GRPC_ARG_KEEPALIVE_TIME) / fewer pings',
      },
      { party: 'nginx', text: 'upstream keepalive_timeout shorter than the peer ping/idle period' },
    ],
  },
  {
    id: 'nginx-tcp-keepalive-timeout',
    title: 'TCP keepalive probes went unanswered',
    side: 'nginx',
    normalClose: true,
    fixes: [{ party: 'kernel', text: 'tcp_keepalive_time/intvl/probes or listen so_keepalive=idle:intvl:cnt' }],
  },
  {
    id: 'keepalive-race-nginx-upstream',
    title: 'Keepalive race: nginx reused a connection the upstream was closing',
    side: 'race',
    normalClose: false,
    fixes: [
      { party: 'rule', text: "nginx upstream keepalive_timeout (60 s default) must be shorter than the server's" },
      {
        party: 'nginx',
        text: "upstream{} `keepalive_timeout` below the server default: 4s for Node/Apache/uvicorn (5 s), 1s for gunicorn (2 s), 25s for Jetty (30 s); `keepalive_requests` below the server's max; `proxy_next_upstream error timeout non_idempotent` only with idempotency keys",
      },
      {
        party: 'upstream',
        text: 'Node server.keepAliveTimeout=65000+ (default 5000); gunicorn --keep-alive 75 (default 2); Apache KeepAliveTimeout (5); Jetty idleTimeout (30 s); Tomcat keepAliveTimeout; uvicorn --timeout-keep-alive (5)',
      },
      {
        party: 'nginx',
        text: 'nginx >= 1.29.7 enables upstream keepalive by default, so this race appears after an upgrade',
      },
    ],
  },
  {
    id: 'upstream-max-requests-recycle',
    title: 'Upstream closes after a fixed number of requests',
    side: 'upstream',
    normalClose: false,
    fixes: [
      {
        party: 'upstream',
        text: 'send Connection: close on the last response; add jitter (gunicorn max_requests_jitter); set maxKeepAliveRequests=-1',
      },
      { party: 'nginx', text: 'upstream keepalive_requests < N' },
    ],
  },
  {
    id: 'upstream-close-unread-request',
    title: 'Upstream closed without reading the request',
    side: 'upstream',
    normalClose: false,
    fixes: [
      {
        party: 'upstream',
        text: 'read the request, or drain it, before closing; its own log of that millisecond tells why it did not',
      },
      { party: 'nginx', text: 'proxy_next_upstream error timeout (default) retries idempotent requests' },
    ],
  },
  {
    id: 'upstream-early-response-unread-body',
    title: 'Upstream answered early and left the request body unread',
    side: 'upstream',
    normalClose: false,
    fixes: [
      {
        party: 'nginx',
        text: 'enforce the limit first: client_max_body_size <= upstream limit; keep proxy_request_buffering on',
      },
      {
        party: 'upstream',
        text: 'lingering close / drain (Tomcat maxSwallowSize=-1, Node req.resume(), gunicorn: read body), answer after reading',
      },
      { party: 'client', text: 'Expect: 100-continue' },
    ],
  },
  {
    id: 'upstream-abort-linger0',
    title: 'Upstream aborted the request before answering',
    side: 'upstream',
    normalClose: false,
    fixes: [
      {
        party: 'upstream',
        text: 'find the abort: SO_LINGER 0, resetAndDestroy(), an error path or a TCP proxy that closes both sides; its own log of that millisecond names it',
      },
      {
        party: 'nginx',
        text: 'proxy_next_upstream error timeout (default) retries idempotent requests on another server',
      },
    ],
  },
  {
    id: 'upstream-worker-crash',
    title: 'An upstream worker died with its connections',
    side: 'upstream',
    normalClose: false,
    fixes: [
      {
        party: 'upstream',
        text: 'gunicorn: WORKER TIMEOUT log, raise --timeout or use gthread; PHP-FPM: request_terminate_timeout vs max_execution_time, memory_limit, slowlog; check dmesg OOM, SIGSEGV',
      },
      { party: 'nginx', text: 'proxy_next_upstream for idempotent' },
    ],
  },
  {
    id: 'upstream-closed-without-response',
    title: 'Upstream closed without an answer',
    side: 'upstream',
    normalClose: false,
    fixes: [
      {
        party: 'upstream',
        text: 'find the handler that returns or exits without writing; check HTTP/1.0 against keep-alive',
      },
      { party: 'nginx', text: 'proxy_next_upstream error timeout (default) retries idempotent requests' },
    ],
  },
  {
    id: 'upstream-rst-mid-headers',
    title: 'Upstream reset inside the response header',
    side: 'upstream',
    normalClose: false,
    fixes: [
      { party: 'upstream', text: 'crash or abort while the header was written: its error log of that millisecond' },
      { party: 'nginx', text: 'proxy_next_upstream error timeout (default) retries idempotent requests' },
    ],
  },
  {
    id: 'upstream-rst-mid-body',
    title: 'Upstream reset in the middle of the response',
    side: 'upstream',
    normalClose: false,
    fixes: [
      { party: 'upstream', text: 'find the crash, kill or write timeout: its own log of that millisecond' },
      {
        party: 'nginx',
        text: 'proxy_buffering off or smaller proxy_buffers reduce the loss; clients must check Content-Length',
      },
    ],
  },
  {
    id: 'upstream-fin-mid-body',
    title: 'Upstream closed in the middle of the response',
    side: 'upstream',
    normalClose: false,
    fixes: [
      {
        party: 'upstream',
        text: 'find why it stopped writing: crash, worker timeout, or a Content-Length larger than the body',
      },
    ],
  },
  {
    id: 'upstream-rst-ends-close-delimited',
    title: 'Upstream ended a response of unknown length with a reset',
    side: 'upstream',
    normalClose: false,
    fixes: [
      {
        party: 'nginx',
        text: 'proxy_http_version 1.1 (the default since 1.29.7), so that the answer announces its length',
      },
      { party: 'upstream', text: 'send Content-Length, close with FIN' },
    ],
  },
  {
    id: 'upstream-rst-after-complete',
    title: 'Upstream reset after the complete response',
    side: 'upstream',
    normalClose: true,
    fixes: [
      { party: 'upstream', text: 'close with FIN: no SO_LINGER 0, nothing left unread' },
      { party: 'nginx', text: 'proxy_http_version 1.1 and upstream{} keepalive: the connection is kept instead' },
    ],
  },
  {
    id: 'upstream-listener-closed',
    title: 'Upstream restarted with connections waiting',
    side: 'upstream',
    normalClose: false,
    fixes: [
      {
        party: 'upstream',
        text: 'graceful reload with socket inheritance (systemd socket, gunicorn HUP, SO_REUSEPORT drain)',
      },
      { party: 'nginx', text: 'proxy_next_upstream error timeout (default) retries idempotent requests' },
    ],
  },
  {
    id: 'upstream-tls-mismatch',
    title: 'TLS handshake with the upstream failed',
    side: 'upstream',
    normalClose: false,
    fixes: [
      { party: 'nginx', text: 'proxy_pass scheme, proxy_ssl_server_name on, proxy_ssl_name, proxy_ssl_protocols' },
    ],
  },
  {
    id: 'upstream-proxy-protocol-mismatch',
    title: 'Upstream expects PROXY protocol, or the reverse',
    side: 'upstream',
    normalClose: false,
    fixes: [
      { party: 'nginx', text: 'proxy_protocol on (stream)' },
      { party: 'upstream', text: 'accept-proxy' },
    ],
  },
  {
    id: 'upstream-websocket-reset',
    title: 'Upgraded connection (WebSocket) was reset',
    side: 'either',
    normalClose: false,
    fixes: [
      {
        party: 'nginx',
        text: 'proxy_read_timeout and proxy_send_timeout (60 s) longer than the ping period of the application',
      },
      { party: 'app', text: 'ping more often than the shortest idle timeout on the way' },
      { party: 'LB', text: 'idle timeout' },
    ],
  },
  {
    id: 'upstream-h2-goaway',
    title: 'HTTP/2 upstream closed with GOAWAY or RST_STREAM',
    side: 'upstream',
    normalClose: false,
    fixes: [
      {
        party: 'upstream',
        text: 'raise max_connection_age and its grace period (gRPC); an ALB sends GOAWAY, then FIN',
      },
      { party: 'nginx', text: 'grpc_next_upstream / keepalive_time below it' },
    ],
  },
  {
    id: 'container-or-endpoint-removed',
    title: 'Upstream container or endpoint was removed',
    side: 'upstream',
    normalClose: false,
    fixes: [
      {
        party: 'k8s',
        text: 'preStop sleep + terminationGracePeriodSeconds, readiness false before SIGTERM, app graceful shutdown',
      },
      { party: 'nginx', text: 'resolver + `server ... resolve`, passive checks' },
    ],
  },
  {
    id: 'lb-idle-timeout-reset',
    title: 'A device between the ends dropped the idle connection',
    side: 'middlebox',
    normalClose: false,
    fixes: [
      {
        party: 'rule',
        text: 'on every hop: idle timeout of the side that sends requests < idle timeout of every middlebox < idle timeout of the side that answers',
      },
      {
        party: 'nginx',
        text: 'upstream keepalive_timeout < T; proxy_socket_keepalive on + tcp_keepalive_time < T; listen so_keepalive=',
      },
      {
        party: 'LB',
        text: 'AWS NLB idle (350 s, now configurable per listener), Azure enableTcpReset + idleTimeoutInMinutes, GCP keepalive',
      },
    ],
  },
  {
    id: 'nat-conntrack-expired-silent',
    title: 'A firewall forgot the idle connection and drops its packets',
    side: 'middlebox',
    normalClose: false,
    fixes: [
      {
        party: 'nginx',
        text: 'upstream keepalive_timeout below the timeout of the device; proxy_socket_keepalive on with tcp_keepalive_time below it',
      },
      {
        party: 'kernel',
        text: 'nf_conntrack_tcp_timeout_established (default 432000 s; many appliances 900-3600), tcp_keepalive_time',
      },
    ],
  },
  {
    id: 'conntrack-expired-reject',
    title: 'A firewall forgot the idle connection and resets it',
    side: 'middlebox',
    normalClose: false,
    fixes: [
      {
        party: 'network',
        text: 'raise its idle timeout above the keep-alive times of both ends; nf_conntrack_tcp_loose=1',
      },
    ],
  },
  {
    id: 'conntrack-invalid-rst',
    title: 'Connection tracking marked a packet invalid and a reset followed',
    side: 'middlebox',
    normalClose: false,
    fixes: [
      {
        party: 'kernel',
        text: 'net.netfilter.nf_conntrack_tcp_be_liberal=1 (kube-proxy then skips its DROP rule) or `iptables -I INPUT/FORWARD -m conntrack --ctstate INVALID -j DROP`',
      },
    ],
  },
  {
    id: 'firewall-midflow-reject',
    title: 'A firewall rejected an established connection',
    side: 'middlebox',
    normalClose: false,
    fixes: [{ party: 'network', text: 'drain connections before a change of policy' }],
  },
  {
    id: 'ids-injected-rst',
    title: 'A device on the path forged the reset',
    side: 'middlebox',
    normalClose: false,
    fixes: [
      {
        party: 'network',
        text: 'find the device (its TTL tells how many hops away it is) and exempt this traffic there; or encrypt it',
      },
    ],
  },
  {
    id: 'mtu-black-hole',
    title: 'Large packets are lost on the path (MTU)',
    side: 'middlebox',
    normalClose: false,
    fixes: [
      { party: 'network', text: 'allow ICMP type 3 code 4 / PTB, MSS clamp (`tcp option maxseg size set rt mtu`)' },
      { party: 'kernel', text: 'net.ipv4.tcp_mtu_probing=1' },
    ],
  },
  {
    id: 'blind-rst-rejected',
    title: 'A stray reset was ignored',
    side: 'unknown',
    normalClose: true,
    fixes: [{ party: 'kernel', text: 'nothing to change: RFC 5961 did its work' }],
  },
  {
    id: 'paws-drop',
    title: 'Packets dropped because timestamps went backwards',
    side: 'middlebox',
    normalClose: false,
    fixes: [{ party: 'kernel', text: 'never tcp_tw_recycle (removed 4.12); fix NAT timestamp mixing' }],
  },
  {
    id: 'kernel-memory-or-orphan-abort',
    title: 'The kernel ran out of TCP memory',
    side: 'unknown',
    normalClose: false,
    fixes: [
      {
        party: 'kernel',
        text: 'tcp_mem, tcp_max_orphans, tcp_orphan_retries; reset_timedout_connection on to free earlier',
      },
    ],
  },
  {
    id: 'admin-socket-kill',
    title: 'An administrator killed the socket',
    side: 'unknown',
    normalClose: false,
    fixes: [{ party: 'ops', text: 'find who ran `ss -K`, tcpkill or the like' }],
  },
  {
    id: 'unknown-rst',
    title: 'No known cause fits',
    side: 'unknown',
    normalClose: false,
    fixes: [
      {
        party: 'evidence',
        text: 'capture at a second point, read the upstream log, or the kernel tracepoint tcp:tcp_send_reset, which names the reason',
      },
    ],
  },
];
