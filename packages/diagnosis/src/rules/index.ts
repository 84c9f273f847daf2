/** The rules in the order they are tried, strongest evidence first (rst-causes section 3.1). The order has its own test. */
import type { Rule } from '../rule.ts';
import { acceptQueueOverflowAbort } from './accept-queue-overflow-abort.ts';
import { clientAbortInRequest } from './client-abort-in-request.ts';
import { clientAckedButUnread, clientRstAfterComplete } from './client-after-complete.ts';
import { clientClosedWhileWaiting } from './client-closed-while-waiting.ts';
import { clientFinThenRstOnData } from './client-fin-then-rst-on-data.ts';
import { clientHalfCloseAsAbort } from './client-half-close-as-abort.ts';
import { clientCloseUnreadMidResponse, clientLinger0MidResponse } from './client-mid-response.ts';
import { clientPreconnectAbandoned } from './client-preconnect-abandoned.ts';
import { clientTimeoutAbort } from './client-timeout-abort.ts';
import { firewallMidflowReject } from './firewall-midflow-reject.ts';
import { firewallRejectSyn } from './firewall-reject-syn.ts';
import { idsInjectedRst } from './ids-injected-rst.ts';
import { keepaliveRaceNginxUpstream } from './keepalive-race-nginx-upstream.ts';
import { lbIdleTimeoutReset } from './lb-idle-timeout-reset.ts';
import { nginxResetTimedout } from './nginx-reset-timedout.ts';
import { probeConnectRst } from './probe-connect-rst.ts';
import { tlsClientAlertThenRst } from './tls-client-alert-then-rst.ts';
import { tlsRstInHandshake } from './tls-rst-in-handshake.ts';
import { unknownRst } from './unknown-rst.ts';
import { upstreamAbortLinger0, upstreamCloseUnreadRequest } from './upstream-before-response.ts';
import { upstreamListenerClosed, upstreamWorkerCrash } from './upstream-died-together.ts';
import { upstreamEarlyResponse } from './upstream-early-response.ts';
import { upstreamClosedWithoutResponse, upstreamFinMidBody } from './upstream-fin.ts';
import {
  upstreamRstAfterComplete,
  upstreamRstEndsCloseDelimited,
  upstreamRstMidBody,
  upstreamRstMidHeaders,
} from './upstream-mid-response.ts';
import { upstreamPortClosed } from './upstream-port-closed.ts';
import { upstreamTlsMismatch } from './upstream-tls-mismatch.ts';
import { websocketReset } from './websocket-reset.ts';

export const RULES: readonly Rule[] = [
  // not from the end it claims to come from
  idsInjectedRst,
  lbIdleTimeoutReset,
  // no transaction
  firewallRejectSyn,
  upstreamPortClosed,
  acceptQueueOverflowAbort,
  firewallMidflowReject,
  probeConnectRst,
  tlsClientAlertThenRst,
  tlsRstInHandshake,
  upstreamTlsMismatch,
  clientPreconnectAbandoned,
  // nginx itself
  nginxResetTimedout,
  // an upgraded connection
  websocketReset,
  // the client
  clientAbortInRequest,
  clientTimeoutAbort,
  clientClosedWhileWaiting,
  clientHalfCloseAsAbort,
  clientCloseUnreadMidResponse,
  clientLinger0MidResponse,
  clientAckedButUnread,
  clientRstAfterComplete,
  clientFinThenRstOnData,
  // the upstream
  upstreamEarlyResponse,
  keepaliveRaceNginxUpstream,
  upstreamListenerClosed,
  upstreamCloseUnreadRequest,
  upstreamWorkerCrash,
  upstreamAbortLinger0,
  upstreamRstMidHeaders,
  upstreamRstEndsCloseDelimited,
  upstreamRstMidBody,
  upstreamRstAfterComplete,
  upstreamClosedWithoutResponse,
  upstreamFinMidBody,
  unknownRst,
];
