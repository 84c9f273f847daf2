/**
 * What each cause means, for somebody who has just been woken: `short` beside the title in a list, `long` at the head of the
 * group's page. As HAProxy's manual does it with its termination codes (configuration.txt, section 8.5). The proof of
 * each cause, and what excludes it, stands in docs/verdicts.md.
 */

export interface CauseMeaning {
  /** One line, no full stop. */
  readonly short: string;
  /** What happened, what it means for the request, whether it is normal. */
  readonly long: string;
}

export const CAUSE_MEANINGS: Readonly<Record<string, CauseMeaning>> = {
  'probe-syn-rst': {
    short: 'a probe asked whether the port is open, and hung up before the handshake was done',
    long: 'A load balancer or a scanner sent a SYN and answered our SYN/ACK with a reset. nginx never saw a connection, and no request existed. It is normal when the source is a known monitor and comes at a steady pace; otherwise somebody scans.',
  },
  'probe-connect-rst': {
    short: 'a health check connected and reset without sending a byte',
    long: 'The connection was opened in full and reset at once, without a request. Load balancers such as HAProxy, keepalived or an NLB check ports so. No user is affected, and nothing has to change.',
  },
  'port-scan': {
    short: 'one address tried many ports or hosts',
    long: 'One source opened connections to many ports or hosts and used none of them. It is unwanted, but it harms no user.',
  },
  'client-preconnect-abandoned': {
    short: 'a browser opened a spare connection and never sent a request on it',
    long: 'Browsers open connections ahead of need, and race IPv4 against IPv6. The ones that are not needed are closed without a request. That is normal.',
  },
  'upstream-port-closed': {
    short: 'the upstream host refused: no process listens on that port',
    long: 'The host of the upstream answered the SYN with a reset: the service is down, still starting, or listens elsewhere. The request never left nginx, so any method may be retried. The user got a 502 unless another upstream answered.',
  },
  'firewall-reject-syn': {
    short: 'a firewall refused the connection to the upstream',
    long: 'The refusal does not look like the upstream itself: a firewall or security group answered in its name. The request never left nginx and may be retried. The user got a 502 unless another upstream answered.',
  },
  'icmp-unreachable-connect': {
    short: 'a router said that the upstream cannot be reached',
    long: 'The connection attempt ended with an ICMP error, not with a reset. The request was never sent and may be retried. A route or a filter rule is missing.',
  },
  'connect-timeout-blackhole': {
    short: 'connection attempts to the upstream vanish without an answer',
    long: 'Nothing answered the SYN: a firewall drops it, or the host is dead. nginx waited for proxy_connect_timeout, and the user got a 504 unless another upstream answered. The request was never sent.',
  },
  'accept-queue-overflow-drop': {
    short: 'the upstream does not accept connections fast enough, and its kernel drops them',
    long: 'The queue of connections that wait for accept() was full on the upstream. Its kernel drops what comes then, and nginx tries again: slow answers, then 504. The upstream is overloaded, or its backlog is too short.',
  },
  'accept-queue-overflow-abort': {
    short: 'the upstream does not accept connections fast enough, and its kernel resets them',
    long: 'The queue of connections that wait for accept() was full on the upstream, and its kernel is set to reset instead of to drop (tcp_abort_on_overflow). The application saw nothing of the request: a retry is safe.',
  },
  'syn-cookie-fallout': {
    short: 'the upstream, flooded with SYNs, does not know the connection that nginx has',
    long: 'The upstream handed out SYN cookies, and one acknowledgment was lost: nginx holds a connection that the upstream never had. The request was not executed. The SYN backlog of the upstream is too short, or somebody floods it.',
  },
  'time-wait-port-reuse': {
    short: 'ports come round again before the other side has forgotten them',
    long: 'A new connection took ports that the other side still holds in TIME_WAIT. It costs about a second, and normally no request fails. There are too many short connections for the ports at hand.',
  },
  'syn-into-established': {
    short: 'a new connection arrived on ports that an older one still used',
    long: 'One side had forgotten a connection that the other side still held, often behind NAT. The old exchange is lost, the new one gets through after about a second.',
  },
  'client-abort-in-request': {
    short: 'the client went away while it was still sending its request',
    long: 'The client reset before its request was complete: cancelled, crashed, or it changed networks. With request buffering on, the upstream never saw it. For the user the upload has failed.',
  },
  'client-timeout-abort': {
    short: 'the client stopped waiting for the answer',
    long: 'The request was complete, and the client gave up before the answer began: its own timeout, or a user who pressed stop. The upstream may have executed the request. When it happens often, the upstream is too slow.',
  },
  'client-close-unread-mid-response': {
    short: 'the client closed while part of the answer was still unread',
    long: 'The client closed its socket with bytes of the response unread, so its kernel sent a reset. A closed tab, a video that was skipped, or a client that limits its time. The answer did not arrive in full.',
  },
  'client-linger0-mid-response': {
    short: 'the client cut the answer off on purpose',
    long: 'The client aborted in the middle of the response without anything unread: a deliberate abort (SO_LINGER 0). The answer did not arrive in full.',
  },
  'client-half-close-as-abort': {
    short: 'the client had said all it wanted and still waited; nginx took that for a hang-up',
    long: 'The client closed its sending side after the request, which HTTP and TCP allow, and waited for the answer. nginx takes that FIN as an abort and cut the answer. The user lost a response that was wanted.',
  },
  'client-process-killed': {
    short: 'the client process was killed',
    long: 'The process of the client ended without closing; its kernel closed the sockets. On the wire this cannot be told from an ordinary close. What was under way did not arrive.',
  },
  'client-fin-then-rst-on-data': {
    short: 'the client had closed, and more of the answer met a closed socket',
    long: 'The client closed the connection in order and nginx was still sending: the rest of the answer was refused. The client had stopped reading.',
  },
  'client-rst-after-complete': {
    short: 'the client had everything, and reset instead of closing in order',
    long: 'Request and response were complete and acknowledged before the reset. Some browsers, mobile stacks and load generators close this way. It only looks bad in the log; no user is affected.',
  },
  'client-acked-but-unread': {
    short: 'the kernel of the client had the whole answer, its application had not read it',
    long: 'Every byte of the response was acknowledged, but the client closed before its application had read all of it. nginx logs a success; whether the user got the answer cannot be told from packets.',
  },
  'client-vanished': {
    short: 'the client fell silent and never came back',
    long: 'The client stopped acknowledging: a lost mobile network, or a NAT that forgot it. No reset came. The answer did not arrive in full.',
  },
  'client-half-open-reboot': {
    short: 'the client no longer knew the connection',
    long: 'The client, or the device before it, had lost its state (restart, failover) and answered our packet with a reset. What was under way is lost.',
  },
  'tls-client-alert-then-rst': {
    short: 'the client refused our certificate or TLS version',
    long: 'The client sent a TLS alert and closed. No request was made. Such a client will fail again until certificate, protocol versions or ciphers suit it.',
  },
  'tls-rst-in-handshake': {
    short: 'the connection was reset in the middle of the TLS handshake',
    long: 'The reset came before or inside the TLS handshake, without an alert. A probe, a scanner, or something on the path that blocks by server name. No request was made.',
  },
  'tls-abrupt-close': {
    short: 'the client closed TLS without saying goodbye',
    long: 'The connection ended without close_notify. That is common for browsers. It matters only if the answer was not complete; the outcome of each incident says so.',
  },
  'scheme-mismatch-client': {
    short: 'a client spoke plain HTTP to the HTTPS port, or the reverse',
    long: 'The client used the wrong scheme for this port. nginx answers 400 and closes. The mistake is in the address that the client uses.',
  },
  'proxy-protocol-mismatch-client': {
    short: 'one side expects the PROXY protocol, and the other does not speak it',
    long: 'nginx listens with proxy_protocol and the balancer before it does not send it, or the reverse. Every request on that path fails until both agree.',
  },
  'keepalive-race-client-nginx': {
    short: 'the client sent a request on the connection that nginx was just closing',
    long: 'nginx closed an idle keep-alive connection at the moment in which the client used it again. nginx did not process the request. Browsers retry by themselves; load balancers and API clients report an error.',
  },
  'nginx-reset-timedout': {
    short: 'nginx reset a client that was too slow',
    long: 'With reset_timedout_connection on, nginx resets a client that reads or sends too slowly. It protects the server; for that user the answer was cut.',
  },
  'nginx-return-444': {
    short: 'nginx closed without an answer, as configured (return 444)',
    long: 'The configuration tells nginx to close without answering. It is a deliberate block.',
  },
  'nginx-lingering-exhausted': {
    short: 'nginx had answered, and the client kept uploading for too long',
    long: 'nginx had sent its answer (such as 413) and waited for the upload to end, until lingering_time was over. The client may see "connection reset" instead of that answer.',
  },
  'nginx-worker-killed': {
    short: 'a worker of nginx died',
    long: 'A worker process crashed or was killed, for example for want of memory. All requests that it held are lost.',
  },
  'nginx-worker-shutdown-timeout': {
    short: 'a reload of nginx cut what was still running',
    long: 'After a reload the old worker closes what is left when worker_shutdown_timeout is over: long polls, downloads and WebSockets are cut.',
  },
  'nginx-reload-idle-close': {
    short: 'a reload of nginx closed idle connections',
    long: 'A reload closes idle keep-alive connections at once. Nothing is lost unless a request crosses the close.',
  },
  'nginx-closes-upstream-after-client-abort': {
    short: 'the client had left, so nginx let go of the upstream',
    long: 'This follows from a client that went away: nginx closed the upstream connection and with it an answer that nobody wanted. Look at the client side for the cause.',
  },
  'nginx-upstream-timeout-late-data': {
    short: 'nginx had stopped waiting, and the answer came too late',
    long: 'proxy_read_timeout was over, nginx answered 504 and closed; then the answer of the upstream met a closed socket. The upstream did the work anyway. It is too slow, or the timeout too short.',
  },
  'nginx-unsolicited-upstream-data': {
    short: 'the upstream spoke on an idle connection, and nginx dropped it',
    long: 'Data came from the upstream on a cached idle connection, and nginx closes such a connection with a reset. No user is affected; the next request opens another.',
  },
  'nginx-tcp-keepalive-timeout': {
    short: 'the peer had been gone for long, and our kernel gave up probing',
    long: 'TCP keep-alive probes stayed without an answer and our kernel ended the connection. The peer was gone already. It is a clean-up, not a fault.',
  },
  'keepalive-race-nginx-upstream': {
    short: 'nginx sent a request on an idle connection that the upstream was just closing',
    long: 'The upstream closes idle connections sooner than nginx stops reusing them, and a request met the close. Idempotent requests are retried by nginx; a POST becomes a 502. It goes away when nginx keeps idle connections for less time than the upstream does.',
  },
  'upstream-max-requests-recycle': {
    short: 'the upstream closed after its Nth request while nginx was sending the next',
    long: 'Servers recycle a connection or a worker after a number of requests (gunicorn max_requests, PHP-FPM pm.max_requests, Tomcat maxKeepAliveRequests). A request that met the close failed as in a keepalive race.',
  },
  'upstream-close-unread-request': {
    short: 'the upstream closed before it had read the request',
    long: 'The upstream closed its socket with the request unread and sent no byte of an answer: a crash at accept, a worker limit, or another protocol on that port. Probably not executed, but packets cannot prove it. The user got a 502.',
  },
  'upstream-early-response-unread-body': {
    short: 'the upstream answered early and closed on the body that it had not read',
    long: 'The upstream answered (413, 401, 403 or a redirect) before the request body was complete, and closed with the rest unread; the reset can destroy its own answer. The user may see 502 where the upstream had said something better.',
  },
  'upstream-abort-linger0': {
    short: 'the upstream read the request and aborted on purpose',
    long: 'The application of the upstream reset the connection after it had read the request (SO_LINGER 0, resetAndDestroy, reset on error). The request may have been executed; the user got a 502.',
  },
  'upstream-worker-crash': {
    short: 'the process that handled the request died',
    long: 'A worker of the upstream crashed, was killed or ran into a time or memory limit while it held the request. The request may have been executed in part; the user got a 502.',
  },
  'upstream-closed-without-response': {
    short: 'the upstream took the request and closed without an answer',
    long: 'After the request a clean close came, and no byte of an answer. nginx tries the next upstream where that is allowed; otherwise the user got a 502. Whether it was executed is not known.',
  },
  'upstream-rst-mid-headers': {
    short: 'the upstream reset inside the head of its answer',
    long: 'The answer had begun but its head was not complete when the reset came. Nothing of it went to the client, so nginx could still try another upstream. The request was read and may have been executed.',
  },
  'upstream-rst-mid-body': {
    short: 'the upstream reset in the middle of its answer',
    long: 'The response was cut by a reset inside its body. With buffering on, nginx also drops what it had not forwarded yet, so the user may have got less than the upstream sent. The request was executed at least in part.',
  },
  'upstream-fin-mid-body': {
    short: 'the upstream closed before its answer was complete',
    long: 'The connection was closed in order, but the body is shorter than announced. nginx forwards what it has; the user got a truncated answer.',
  },
  'upstream-rst-ends-close-delimited': {
    short: 'an answer of unannounced length ended with a reset',
    long: 'The response had neither a length nor chunks, so only a close ends it, and a reset came instead. The upstream may have meant "done"; nginx takes it as an error and can drop the tail. Whether it was complete cannot be known.',
  },
  'upstream-rst-after-complete': {
    short: 'the answer was complete; the upstream reset instead of closing in order',
    long: 'The response was complete before the reset came. The log looks bad, but the transaction is fine. The upstream closes rudely, and no user is affected.',
  },
  'upstream-listener-closed': {
    short: 'the upstream restarted with connections still waiting to be accepted',
    long: 'When a server closes its listening socket, its kernel resets the connections that nobody has accepted yet. The request was not executed: a retry is safe.',
  },
  'upstream-tls-mismatch': {
    short: 'nginx and the upstream do not agree on TLS',
    long: 'nginx speaks TLS to a port that does not, or name, certificate or version were refused. No request is processed until both sides agree.',
  },
  'upstream-proxy-protocol-mismatch': {
    short: 'nginx and the upstream do not agree on the PROXY protocol',
    long: 'The upstream expects a PROXY protocol header that nginx does not send, or the reverse. Every request to it fails until both agree.',
  },
  'upstream-websocket-reset': {
    short: 'an upgraded connection was reset',
    long: 'A WebSocket or another tunnel was reset by the upstream. The session is gone and the application has to connect again. Look for idle timeouts and restarts.',
  },
  'upstream-h2-goaway': {
    short: 'an HTTP/2 upstream said goodbye and closed',
    long: 'The upstream sent GOAWAY or RST_STREAM and closed with data unread. Streams above the last one that it names were not processed and may be retried.',
  },
  'container-or-endpoint-removed': {
    short: 'the upstream was taken away while connections to it were open',
    long: 'A container was stopped, or an endpoint removed, while nginx still held connections to it. What was under way is lost; idle connections are replaced. Drain before removing.',
  },
  'lb-idle-timeout-reset': {
    short: 'a device on the path forgot an idle connection and reset it',
    long: 'A load balancer or NAT drops idle connections sooner than nginx reuses them. The next packet was answered with a reset. Idempotent requests are retried; others fail.',
  },
  'nat-conntrack-expired-silent': {
    short: 'a device on the path forgot an idle connection and drops its packets',
    long: 'A stateful firewall or NAT forgot the connection and throws its packets away without a word. nginx waited until its timeout, and the user got a 504.',
  },
  'conntrack-expired-reject': {
    short: 'a firewall forgot an idle connection and rejects its packets',
    long: 'A stateful firewall no longer knew the connection and answered a packet of it with a reset. Its idle timeout is shorter than that of nginx.',
  },
  'conntrack-invalid-rst': {
    short: 'address translation lost track of a packet, and the host reset the connection',
    long: 'Connection tracking (Kubernetes, Docker) took a packet as invalid and passed it on untranslated; the host that got it knows no such connection. A known fault of that platform. The answer was cut.',
  },
  'firewall-midflow-reject': {
    short: 'a firewall cut a connection that was in use',
    long: 'A rule or an intrusion prevention system rejected an established connection. What was under way is lost.',
  },
  'ids-injected-rst': {
    short: 'a third party forged the reset',
    long: 'The reset was not built by the end that it claims to come from: something on the path (IDS, data loss prevention, censorship) ended the connection. Both ends believe that it was the other.',
  },
  'mtu-black-hole': {
    short: 'large packets vanish on the path, small ones pass',
    long: 'The path takes smaller packets than both ends believe, and the ICMP messages that would say so are filtered. Large bodies hang until a timeout; small answers work.',
  },
  'blind-rst-rejected': {
    short: 'a reset that did not fit was ignored',
    long: 'A reset arrived whose sequence number was near but not exact; the kernel challenged it and kept the connection (RFC 5961). Nothing was harmed.',
  },
  'paws-drop': {
    short: 'segments are dropped because their timestamps go backwards',
    long: 'TCP timestamps of one peer went backwards (several hosts behind one NAT address, or a bad clock), so its segments are discarded. Connections stall until a timeout.',
  },
  'kernel-memory-or-orphan-abort': {
    short: 'a kernel ran out of memory for TCP and ended connections',
    long: 'A host had too many orphaned connections, or no memory left for TCP, and reset them. The last bytes of answers are lost.',
  },
  'admin-socket-kill': {
    short: 'somebody or something closed the socket from outside the program',
    long: 'A tool destroyed the socket: `ss -K`, a container runtime, a change of policy. What was under way is lost.',
  },
  'unknown-rst': {
    short: 'a reset that fits no known cause',
    long: 'The connection was reset, and what was captured fits none of the known causes. The incident shows all that is known: who sent it, when, and what had been delivered.',
  },
};

const UNKNOWN: CauseMeaning = { short: '', long: '' };

/** Of a cause that a newer version stored: empty. */
export function causeMeaning(cause: string): CauseMeaning {
  return Object.hasOwn(CAUSE_MEANINGS, cause) ? (CAUSE_MEANINGS[cause] ?? UNKNOWN) : UNKNOWN;
}
