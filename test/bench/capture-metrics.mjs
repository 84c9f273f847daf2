/** What the sidecar says of itself at /metrics, read as Prometheus reads it. */

const PACKETS = 'resetscope_capture_packets_total';
const IGNORED = 'resetscope_capture_ignored_packets_total';
const LOST = 'resetscope_capture_lost_packets_total';
const FLUSH = 'resetscope_ring_flush_seconds';

/** The text format, as far as prom-client writes it. */
function parse(text) {
  const samples = [];
  for (const line of text.split('\n')) {
    const match = /^([a-z_]+)(?:\{(.*)\})? (\S+)$/.exec(line);
    if (match === null) continue;
    const labels = Object.fromEntries([...(match[2] ?? '').matchAll(/(\w+)="([^"]*)"/g)].map(([, k, v]) => [k, v]));
    samples.push({ name: match[1], labels, value: Number(match[3]) });
  }
  return samples;
}

const named = (samples, name) => samples.filter((sample) => sample.name === name);
const total = (samples, name) => named(samples, name).reduce((sum, { value }) => sum + value, 0);

/** As histogram_quantile: straight within a bucket; of the last bucket its lower bound. */
function quantile(samples, name, share) {
  const buckets = named(samples, `${name}_bucket`).map(({ labels, value }) => ({
    bound: labels.le === '+Inf' ? Number.POSITIVE_INFINITY : Number(labels.le),
    count: value,
  }));
  const wanted = share * (buckets.at(-1)?.count ?? 0);
  const at = buckets.findIndex(({ count }) => count >= wanted);
  const [below, bucket] = [buckets[at - 1] ?? { bound: 0, count: 0 }, buckets[at]];
  if (bucket === undefined || bucket.bound === Number.POSITIVE_INFINITY) return below.bound;
  const part = bucket.count === below.count ? 0 : (wanted - below.count) / (bucket.count - below.count);
  return below.bound + part * (bucket.bound - below.bound);
}

export function readCounters(text) {
  const samples = parse(text);
  const lostByReason = Object.fromEntries(named(samples, LOST).map(({ labels, value }) => [labels.reason, value]));
  return {
    /** Read from the kernel. */
    packets: total(samples, PACKETS),
    ignored: total(samples, IGNORED),
    lostByReason,
    lost: total(samples, LOST),
    blocks: total(samples, 'resetscope_ring_appended_blocks_total'),
    evictedBlocks: total(samples, 'resetscope_ring_evicted_blocks_total'),
    flushMs: { p50: 1000 * quantile(samples, FLUSH, 0.5), p99: 1000 * quantile(samples, FLUSH, 0.99) },
  };
}
