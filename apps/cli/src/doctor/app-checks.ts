/** The apps themselves: have they said in Redis that they are there, do they answer at their addresses, is Node new enough? */
import { type AppBeat, SILENT_AFTER_MS } from '@resetscope/telemetry';
import { type Finding, fail, ok, warn } from '../finding.ts';
import { readTailerLevels } from './tailer-metrics.ts';

/** A person waits; a busy app answers in milliseconds. */
const ANSWER_TIMEOUT_MS = 3000;

/** An answer is a line; more of it is not read into a report. */
const ANSWER_MAX_LEN = 200;

/** url: `http://host:port`. */
export async function checkApp(url: string): Promise<readonly Finding[]> {
  const ready = await checkReady(url);
  if (ready.status !== 'ok') return [ready];
  const metrics = await ask(`${url}/metrics`).then(
    (response) => response.text(),
    () => '',
  );
  return [ready, ...readTailerLevels(metrics)];
}

function ask(url: string): Promise<Response> {
  return fetch(url, { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS), redirect: 'error' });
}

async function checkReady(url: string): Promise<Finding> {
  const subject = `app at ${url}`;
  try {
    const response = await ask(`${url}/readyz`);
    const answer = (await response.text()).trim().slice(0, ANSWER_MAX_LEN);
    if (response.ok) return ok('app', subject, 'ready');
    if (response.status !== 503) {
      const fix = 'give the address at which an app serves /metrics, as its --metrics-listen or --listen says';
      return fail('app', subject, `expected /readyz of an app, got status ${response.status}`, fix);
    }
    return fail('app', subject, `not ready: ${answer}`, 'mend what it names; its log says since when');
  } catch (error) {
    const { cause, message } = error as Error & { readonly cause?: { readonly code?: string } };
    const fix =
      'start it, or look at its log; it listens on loopback unless told otherwise (--metrics-listen 0.0.0.0:PORT)';
    return fail('app', subject, `does not answer: ${cause?.code ?? message}`, fix);
  }
}

/** Apps that nothing is answered without; the pages may be wanted elsewhere. */
const NEEDED = ['capture', 'correlator', 'tailer'] as const;

/** beats: of all apps that have said in Redis that they are there. */
export function checkHeartbeats(beats: readonly AppBeat[]): readonly Finding[] {
  const missing = NEEDED.filter((app) => !beats.some((beat) => beat.app === app));
  return [
    ...beats.map(checkHeartbeat),
    ...missing.map((app) =>
      warn('app', app, 'none has said in Redis that it is there', `start resetscope ${app} with the same --redis`),
    ),
  ];
}

function checkHeartbeat({ app, node, pid, silentMs, trouble }: AppBeat): Finding {
  const subject = `${app} on ${node}`;
  if (silentMs >= SILENT_AFTER_MS) {
    const message = `silent for ${Math.round(silentMs / 1000)} s (process ${pid})`;
    return fail('app', subject, message, 'start it again, or look at its log: it ended, or cannot reach Redis');
  }
  if (trouble !== null)
    return fail('app', subject, `not ready: ${trouble}`, 'mend what it names; its log says since when');
  return ok('app', subject, 'ready');
}

/** Of package.json at the top: zlib.crc32. */
const OLDEST_NODE = [20, 15] as const;

/** version: `20.15.0`. */
export function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isNew = major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]);
  if (isNew) return ok('node-version', 'Node', `version ${version}`);
  const expected = OLDEST_NODE.join('.');
  return fail(
    'node-version',
    'Node',
    `expected version ${expected} or newer, got ${version}`,
    `install Node ${expected} or newer`,
  );
}
