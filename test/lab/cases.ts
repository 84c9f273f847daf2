/** The cases: which stories play together, and what is special about log and capture. */
import * as client from './client-stories.ts';
import { ABORTS_ALIKE, type Accept, type Expected } from './expected.ts';
import { type Gateway, gatewayResets } from './gateway-stories.ts';
import * as h2 from './http2-stories.ts';
import * as log from './log-stories.ts';
import { streamModule } from './nginx.ts';
import type { Random } from './random.ts';
import type { Story } from './stage.ts';
import { streamStories } from './stream-stories.ts';
import * as secure from './tls-stories.ts';
import * as upstream from './upstream-stories.ts';

export interface LabCase {
  readonly name: string;
  readonly title: string;
  readonly stories: readonly Story[];
  readonly timezone?: string;
  readonly logLevel?: string;
  /** Bytes kept of each packet. */
  readonly snapLen?: number;
  /** The capture starts when the connections are in the middle of their stories. */
  readonly startsLate?: boolean;
  /** Link type of a capture on all interfaces. */
  readonly cooked?: 'LINUX_SLL' | 'LINUX_SLL2';
  /** Clock of the capture minus clock of the log. */
  readonly clockOffsetSeconds?: number;
  readonly smallWindows?: boolean;
  readonly workers?: number;
  /** What this kind of capture hides. */
  readonly relax?: (line: Expected) => Accept;
}

const HEADS: readonly Story[] = [
  client.resetBeforeAnyByte,
  client.resetInHead('line'),
  client.resetInHead('line'),
  client.resetInHead('headers'),
  client.resetInHead('headers'),
];
const BODIES: readonly Story[] = [
  client.resetInBody('length', true),
  client.resetInBody('chunked', true),
  client.resetInBody('length', false),
  client.resetInBody('chunked', false),
];
const WAITS: readonly Story[] = [client.resetWaiting, client.resetWaiting, client.resetWaiting, client.finishWaiting];
const RESPONSES: readonly Story[] = [
  client.closeMidStatic,
  client.closeMidProxied,
  client.resetMidDrained,
  client.resetMidDrained,
  client.killMidResponse,
];
const IDLES: readonly Story[] = [
  client.resetIdle,
  client.resetIdle,
  client.resetIdle,
  client.resetIdle,
  client.resetIdle,
];

const UPSTREAM_EARLY: readonly Story[] = [
  upstream.refuses,
  upstream.resetsOnAccept,
  upstream.abortsWaiting,
  upstream.abortsWaiting,
  upstream.closesWaiting,
  upstream.closesUnread,
];
const UPSTREAM_RESPONSES: readonly Story[] = [
  upstream.abortsInHead,
  upstream.abortsInHead,
  upstream.abortsInLengthBody,
  upstream.abortsInLengthBody,
  upstream.abortsInChunkedBody,
  upstream.abortsBeforeLastChunk,
  upstream.abortsCloseDelimited,
  upstream.finishesInBody,
];

/** What plays in cases that are special for another reason. */
const MIXED: readonly Story[] = [
  client.resetInHead('headers'),
  client.resetInBody('length', true),
  client.resetWaiting,
  client.resetMidDrained,
  client.resetIdle,
  client.resetLingering,
  upstream.abortsWaiting,
  upstream.abortsInHead,
  upstream.abortsInLengthBody,
];

/** A cut packet or a missing beginning hides framing: saying so is right. */
const MAY_BE_UNKNOWN: Accept = {
  request: ['unknown'],
  response: ['unknown'],
  delivered: ['unknown'],
  retrySafe: ['unknown'],
  status: [null],
};

/** Nothing but the reset may be there; "while reading response header" says no more than that no head was complete. */
function loneReset({ leg, phase }: Expected): Accept {
  if (leg !== 'upstream' || (phase !== 'waiting' && phase !== 'response')) return MAY_BE_UNKNOWN;
  const cause = [...ABORTS_ALIKE, 'upstream-rst-mid-headers', 'upstream-rst-mid-body', 'unknown-rst'];
  return { ...MAY_BE_UNKNOWN, phase: ['waiting', 'response'], cause };
}

export function labCases(random: Random): readonly LabCase[] {
  const gateways: readonly Gateway[] = ['fastcgi', 'uwsgi', 'scgi'];
  return [
    { name: 'client-head', title: 'reset before and inside the request head', stories: HEADS },
    { name: 'client-body', title: 'reset inside the request body, by length and chunked', stories: BODIES },
    {
      name: 'client-waiting',
      title: 'the client gives up while the upstream works',
      stories: [...WAITS, client.resetIgnored, client.resetLongUrl],
    },
    { name: 'client-response', title: 'reset in the middle of an answer', stories: RESPONSES },
    {
      name: 'client-idle',
      title: 'reset after complete answers: HEAD, 204, 304, chunked, POST',
      stories: [...IDLES, client.closeUnreadComplete, client.resetLingering, client.resetLingering],
    },
    {
      name: 'client-pipelined',
      title: 'several requests on one connection',
      stories: [
        client.resetPipelined,
        client.resetPipelined,
        client.resetPipelinedFirst,
        client.resetThird,
        client.resetThird,
      ],
    },
    {
      name: 'client-early-answer',
      title: '413 before the body, 100 Continue before the body',
      stories: [client.resetAfter413, client.resetAfter413, client.resetAfterContinue, client.resetAfterContinue],
    },
    {
      name: 'client-half-close',
      title: 'FIN where a reset is expected',
      stories: [client.finishWaiting, client.resetAfterHalfClose, client.resetWaiting],
    },
    {
      name: 'client-timeouts',
      title: 'nginx gives up: send_timeout and client_header_timeout',
      stories: [client.timedOutSending, client.timedOutInHead, client.resetIdle],
    },
    {
      name: 'upgraded',
      title: 'tunnels reset by either side',
      stories: [
        client.resetUpgradedByClient,
        client.resetUpgradedByClient,
        upstream.upgradedResets,
        upstream.upgradedResets,
      ],
    },
    { name: 'upstream-early', title: 'the upstream fails before its answer', stories: UPSTREAM_EARLY },
    { name: 'upstream-response', title: 'the upstream fails inside its answer', stories: UPSTREAM_RESPONSES },
    {
      name: 'upstream-request-body',
      title: 'the upstream fails inside the request body',
      stories: [
        upstream.closesInRequestBody,
        upstream.answersEarly,
        upstream.closesUnread,
        upstream.abortsAfterEarlyHints,
      ],
    },
    {
      name: 'upstream-after-complete',
      title: 'the answer is complete, then the upstream resets',
      stories: [
        upstream.resetsAfterComplete,
        upstream.resetsAfterComplete,
        upstream.keepaliveRace,
        upstream.keepaliveRace,
      ],
    },
    {
      name: 'upstream-next',
      title: 'two servers: the second answers, or fails too',
      stories: [upstream.failsOver, upstream.failsOver, upstream.bothFail, upstream.bothFail],
    },
    {
      name: 'upstream-killed',
      title: 'worker killed; proxy_read_timeout; a unix socket',
      stories: [upstream.workerKilled, upstream.timesOut, upstream.unixResets, upstream.abortsWaiting],
    },
    ...gateways.map(
      (gateway): LabCase => ({
        name: gateway,
        title: `${gateway} upstream resets waiting, in the head, in the body`,
        stories: (['waiting', 'head', 'body'] as const).map((when) => gatewayResets(gateway, when)),
      }),
    ),
    {
      name: 'tls-handshake',
      title: 'resets around the TLS handshake',
      stories: [
        secure.resetBeforeHello,
        secure.resetAfterHello(false),
        secure.resetAfterHello(true),
        secure.resetAfterHello(true),
        secure.tlsDistrusts,
      ],
    },
    {
      name: 'tls-data',
      title: 'resets after TLS application data',
      stories: [
        secure.tlsResetInHead,
        secure.tlsResetWaiting,
        secure.tlsResetWaiting,
        secure.tlsResetSecond,
        secure.tlsCloseMidResponse,
        secure.tlsResetIdle,
        secure.tlsResetIdle,
      ],
    },
    {
      name: 'upstream-tls',
      title: 'TLS upstream resets in the handshake, waiting, in the body',
      stories: [secure.upstreamRefusesTls, secure.tlsUpstreamResetsWaiting, secure.tlsUpstreamResetsInBody],
    },
    {
      name: 'http2',
      title: 'HTTP/2 connections reset with and without open streams',
      stories: [
        h2.h2ResetWaiting,
        h2.h2ResetMidResponse,
        h2.h2ResetIdle,
        h2.h2ResetMixed,
        h2.h2ResetInBody,
        h2.h2CancelThenReset,
      ],
    },
    {
      name: 'ipv6',
      title: 'IPv6 on both legs',
      stories: [client.resetSix, client.resetSixIdle, upstream.sixResets, client.resetSix],
    },
    {
      name: 'real-ip',
      title: 'the log shows another address than the packets',
      stories: [
        client.resetBehindProxy('header'),
        client.resetBehindProxy('header'),
        client.resetBehindProxy('proxy-protocol'),
        client.resetBehindProxy('proxy-protocol'),
        client.resetWaiting,
      ],
    },
    {
      name: 'equal-lines',
      title: 'one address, one URL, many fates',
      stories: [log.equalOneAfterAnother, log.equalWithOtherFates, log.equalWithUnlogged, log.equalOneAfterAnother],
    },
    {
      name: 'equal-at-once',
      title: 'nothing but the ports tells them apart',
      stories: [log.equalAtOnce, log.equalAtOnce],
    },
    {
      name: 'forged',
      title: 'forged lines beside genuine ones',
      stories: [
        log.forgedAboutPeace,
        log.forgedAboutUpstream,
        log.forgedFields,
        log.hostileText,
        upstream.abortsWaiting,
      ],
    },
    {
      name: 'log-zone',
      title: 'the log is written in another zone',
      timezone: random.pick(['Asia/Shanghai', 'America/St_Johns', 'Europe/Berlin', 'Australia/Eucla']),
      stories: random.shuffle(MIXED).slice(0, 5),
    },
    { name: 'log-error-only', title: 'error_log at its default level', logLevel: 'error', stories: MIXED },
    { name: 'snap-96', title: 'packets cut at 96 bytes', snapLen: 96, stories: MIXED, relax: () => MAY_BE_UNKNOWN },
    { name: 'snap-160', title: 'packets cut at 160 bytes', snapLen: 160, stories: MIXED, relax: () => MAY_BE_UNKNOWN },
    {
      name: 'starts-late',
      title: 'the capture begins in the middle of the connections',
      startsLate: true,
      stories: [
        client.resetWaiting,
        client.resetMidDrained,
        client.resetIdle,
        client.resetIdle,
        upstream.abortsWaiting,
        upstream.abortsInLengthBody,
        upstream.abortsInHead,
      ],
      relax: loneReset,
    },
    {
      name: 'small-windows',
      title: 'receive buffers of a few kilobytes',
      smallWindows: true,
      stories: [
        client.closeMidStatic,
        client.resetSlowReader,
        client.closeMidProxied,
        client.resetMidDrained,
        client.resetIdle,
      ],
    },
    {
      name: 'client-connecting',
      title: 'nginx waits for an upstream that does not answer its SYN',
      stories: [client.resetWhileConnecting, client.resetWhileConnecting, upstream.connectTimesOut],
    },
    {
      name: 'port-reused',
      title: 'the same four numbers twice',
      stories: [client.resetPortReused, client.resetPortReused],
    },
    {
      name: 'rewritten',
      title: 'line, client packets and upstream packets show different paths',
      stories: [client.resetRewritten, upstream.rewrittenResets, upstream.subrequestResets, upstream.headAborts],
    },
    {
      name: 'upstream-crash',
      title: 'one process, several requests',
      stories: [upstream.crashesWithMany, upstream.abortsWaiting],
    },
    {
      name: 'clock',
      title: 'the clock of the capture is off',
      clockOffsetSeconds: random.pick([-1, 1]) * random.int(5, 4000),
      stories: [...MIXED, client.resetWaiting, client.resetIdle],
    },
    {
      name: 'cooked',
      title: 'a capture on all interfaces',
      cooked: random.pick(['LINUX_SLL', 'LINUX_SLL2']),
      stories: MIXED,
    },
    { name: 'workers', title: 'two workers write one log', workers: 2, stories: random.shuffle([...MIXED, ...WAITS]) },
    {
      name: 'mixed',
      title: 'many stories at once',
      stories: random.shuffle([...HEADS, ...BODIES, ...WAITS, ...RESPONSES, ...IDLES]),
    },
    {
      name: 'mixed-upstream',
      title: 'many upstream stories at once',
      stories: random.shuffle([...UPSTREAM_EARLY, ...UPSTREAM_RESPONSES, upstream.failsOver, upstream.bothFail]),
    },
    ...(streamModule() === null ? [] : [{ name: 'stream', title: 'a TCP proxy in stream{}', stories: streamStories }]),
  ];
}
