/** The rules in the order they are tried, strongest evidence first (rst-causes section 3.1). The order has its own test. */
import type { Rule } from '../rule.ts';
import { acceptQueueOverflowAbort } from './accept-queue-overflow-abort.ts';
import { acceptQueueOverflowDrop } from './accept-queue-overflow-drop.ts';
import { blindRstRejected } from './blind-rst-rejected.ts';
import { clientAbortInRequest } from './client-abort-in-request.ts';
import { clientAckedButUnread } from './client-acked-but-unread.ts';
import { clientCloseUnreadMidResponse } from './client-close-unread-mid-response.ts';
import { clientFinThenRstOnData } from './client-fin-then-rst-on-data.ts';
import { clientHalfCloseAsAbort } from './client-half-close-as-abort.ts';
import { clientHalfOpenReboot } from './client-half-open-reboot.ts';
import { clientLinger0MidResponse } from './client-linger0-mid-response.ts';
import { clientPreconnectAbandoned } from './client-preconnect-abandoned.ts';
import { clientRstAfterComplete } from './client-rst-after-complete.ts';
import { clientTimeoutAbort } from './client-timeout-abort.ts';
import { clientVanished } from './client-vanished.ts';
import { connectTimeoutBlackhole } from './connect-timeout-blackhole.ts';
import { conntrackExpiredReject } from './conntrack-expired-reject.ts';
import { conntrackInvalidRst } from './conntrack-invalid-rst.ts';
import { containerOrEndpointRemoved } from './container-or-endpoint-removed.ts';
import { firewallMidflowReject } from './firewall-midflow-reject.ts';
import { firewallRejectSyn } from './firewall-reject-syn.ts';
import { icmpUnreachableConnect } from './icmp-unreachable-connect.ts';
import { idsInjectedRst } from './ids-injected-rst.ts';
import { keepaliveRaceClientNginx } from './keepalive-race-client-nginx.ts';
import { keepaliveRaceNginxUpstream } from './keepalive-race-nginx-upstream.ts';
import { lbIdleTimeoutReset } from './lb-idle-timeout-reset.ts';
import { mtuBlackHole } from './mtu-black-hole.ts';
import { natConntrackExpiredSilent } from './nat-conntrack-expired-silent.ts';
import { nginxClosesUpstreamAfterClientAbort } from './nginx-closes-upstream-after-client-abort.ts';
import { nginxLingeringExhausted } from './nginx-lingering-exhausted.ts';
import { nginxReloadIdleClose } from './nginx-reload-idle-close.ts';
import { nginxResetTimedout } from './nginx-reset-timedout.ts';
import { nginxReturn444 } from './nginx-return-444.ts';
import { nginxTcpKeepaliveTimeout } from './nginx-tcp-keepalive-timeout.ts';
import { nginxUnsolicitedUpstreamData } from './nginx-unsolicited-upstream-data.ts';
import { nginxUpstreamTimeoutLateData } from './nginx-upstream-timeout-late-data.ts';
import { nginxWorkerKilled } from './nginx-worker-killed.ts';
import { nginxWorkerShutdownTimeout } from './nginx-worker-shutdown-timeout.ts';
import { portScan } from './port-scan.ts';
import { probeConnectRst } from './probe-connect-rst.ts';
import { probeSynRst } from './probe-syn-rst.ts';
import { proxyProtocolMismatchClient } from './proxy-protocol-mismatch-client.ts';
import { schemeMismatchClient } from './scheme-mismatch-client.ts';
import { timeWaitPortReuse } from './time-wait-port-reuse.ts';
import { tlsClientAlertThenRst } from './tls-client-alert-then-rst.ts';
import { tlsRstInHandshake } from './tls-rst-in-handshake.ts';
import { unknownRst } from './unknown-rst.ts';
import { upstreamAbortLinger0 } from './upstream-abort-linger0.ts';
import { upstreamCloseUnreadRequest } from './upstream-close-unread-request.ts';
import { upstreamClosedWithoutResponse } from './upstream-closed-without-response.ts';
import { upstreamEarlyResponse } from './upstream-early-response-unread-body.ts';
import { upstreamFinMidBody } from './upstream-fin-mid-body.ts';
import { upstreamH2Goaway } from './upstream-h2-goaway.ts';
import { upstreamListenerClosed } from './upstream-listener-closed.ts';
import { upstreamMaxRequestsRecycle } from './upstream-max-requests-recycle.ts';
import { upstreamPortClosed } from './upstream-port-closed.ts';
import { upstreamProxyProtocolMismatch } from './upstream-proxy-protocol-mismatch.ts';
import { upstreamRstAfterComplete } from './upstream-rst-after-complete.ts';
import { upstreamRstEndsCloseDelimited } from './upstream-rst-ends-close-delimited.ts';
import { upstreamRstMidBody } from './upstream-rst-mid-body.ts';
import { upstreamRstMidHeaders } from './upstream-rst-mid-headers.ts';
import { upstreamTlsMismatch } from './upstream-tls-mismatch.ts';
import { websocketReset } from './upstream-websocket-reset.ts';
import { upstreamWorkerCrash } from './upstream-worker-crash.ts';

export const RULES: readonly Rule[] = [
  // forged: not from the end it claims to come from
  blindRstRejected,
  idsInjectedRst,
  lbIdleTimeoutReset,
  // no transaction
  firewallRejectSyn,
  upstreamPortClosed,
  icmpUnreachableConnect,
  acceptQueueOverflowAbort,
  acceptQueueOverflowDrop,
  connectTimeoutBlackhole,
  timeWaitPortReuse,
  conntrackExpiredReject,
  firewallMidflowReject,
  portScan,
  probeSynRst,
  probeConnectRst,
  tlsClientAlertThenRst,
  schemeMismatchClient,
  tlsRstInHandshake,
  upstreamTlsMismatch,
  proxyProtocolMismatchClient,
  clientPreconnectAbandoned,
  // nginx itself ended it
  nginxClosesUpstreamAfterClientAbort,
  keepaliveRaceClientNginx,
  nginxReloadIdleClose,
  nginxLingeringExhausted,
  nginxResetTimedout,
  nginxWorkerShutdownTimeout,
  nginxWorkerKilled,
  nginxReturn444,
  nginxUnsolicitedUpstreamData,
  // an upgraded connection
  websocketReset,
  // the peer's host had no such socket
  containerOrEndpointRemoved,
  clientHalfOpenReboot,
  conntrackInvalidRst,
  // the client
  clientAbortInRequest,
  clientTimeoutAbort,
  clientHalfCloseAsAbort,
  clientCloseUnreadMidResponse,
  clientLinger0MidResponse,
  clientAckedButUnread,
  clientRstAfterComplete,
  clientFinThenRstOnData,
  // the upstream
  upstreamH2Goaway,
  upstreamEarlyResponse,
  upstreamMaxRequestsRecycle,
  keepaliveRaceNginxUpstream,
  upstreamListenerClosed,
  upstreamCloseUnreadRequest,
  upstreamWorkerCrash,
  upstreamProxyProtocolMismatch,
  upstreamAbortLinger0,
  upstreamRstMidHeaders,
  upstreamRstEndsCloseDelimited,
  upstreamRstMidBody,
  upstreamRstAfterComplete,
  // a FIN before the end
  upstreamClosedWithoutResponse,
  upstreamFinMidBody,
  // silence
  mtuBlackHole,
  natConntrackExpiredSilent,
  nginxTcpKeepaliveTimeout,
  clientVanished,
  nginxUpstreamTimeoutLateData,
  unknownRst,
];
