/**
 * An open-loop HTTP load: requests leave at fixed times whether earlier ones have been answered or not, and each is timed from
 * the moment it was due. A server that stalls is seen by all who would have come meanwhile (no coordinated omission).
 */
import { Agent, get } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

/** A timer comes up to a millisecond late; what is due within this time is sent at once. */
const EARLY_MS = 0.5;

/** Body bytes; rejects unless the answer is 200. */
function fetchOnce(url, agent) {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent }, (answer) => {
      let bytes = 0;
      answer.on('data', (chunk) => (bytes += chunk.length));
      answer.once('error', reject);
      answer.once('end', () =>
        answer.statusCode === 200 ? resolve(bytes) : reject(new Error(`${url} answered ${answer.statusCode}`)),
      );
    });
    request.once('error', reject);
  });
}

/**
 * urlAt: of the nth request. Resolves when all are answered, in milliseconds from the time each was due.
 * @returns {Promise<{ latenciesMs: number[], failed: number, firstFailure: string | null, seconds: number }>}
 */
export async function openLoop({ urlAt, requestsPerSecond, seconds }) {
  const agent = new Agent({ keepAlive: true });
  const count = requestsPerSecond * seconds;
  const latenciesMs = [];
  const failures = [];
  const pending = [];
  const startMs = performance.now();
  for (let n = 0; n < count; n++) {
    const dueMs = startMs + (n * 1000) / requestsPerSecond;
    const waitMs = dueMs - performance.now();
    if (waitMs > EARLY_MS) await pause(waitMs);
    const answered = fetchOnce(urlAt(n), agent);
    pending.push(
      answered.then(
        () => latenciesMs.push(performance.now() - dueMs),
        (error) => failures.push(error.message),
      ),
    );
  }
  await Promise.all(pending);
  agent.destroy();
  const took = (performance.now() - startMs) / 1000;
  return { latenciesMs, failed: failures.length, firstFailure: failures[0] ?? null, seconds: took };
}
