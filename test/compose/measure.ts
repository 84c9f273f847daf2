/**
 * `npm run test:compose -- --measure`: what the stack costs. Sizes of the images, time from `up` to the first incident, memory and
 * CPU of each container without traffic and under that of the demo, as Markdown on standard output.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { markdownTable } from '../markdown-table.ts';
import { DockerDaemon } from './docker-daemon.ts';
import { newestIncidents } from './published.ts';
import { eventually, Stack } from './stack.ts';

const FIRST_INCIDENT_TIMEOUT_MS = 180_000;
/** After a start, until what is measured is no longer the start. */
const WARM_UP_MS = 30_000;
/** Of `docker stats`, each the mean of a second. */
const SAMPLES = 10;

/** Means of SAMPLES. */
interface Usage {
  readonly cpuPercent: number;
  readonly memoryMib: number;
}

const daemon = await DockerDaemon.start(process.env['RESETSCOPE_COMPOSE_DIR'] ?? '', { networks: true });
const stack = new Stack(daemon);
try {
  const all = await stack.services({ demo: true });
  const seconds = await secondsToFirstIncident(all);
  await stack.down();
  const lasting = await stack.services({ demo: false });
  await stack.start(lasting);
  await delay(WARM_UP_MS);
  const idle = await usages(lasting);
  await stack.start(all);
  await delay(WARM_UP_MS);
  const [rate, busy] = await Promise.all([requestRate(), usages(lasting)]);
  console.log(`Images:\n\n${await imageTable()}`);
  console.log(`From \`up\` to the first incident on the page: ${seconds.toFixed(1)} s, images there.\n`);
  console.log(`Means of ${SAMPLES} samples. Under the demo: ${rate.toFixed(0)} requests and 5 resets a second.\n`);
  console.log(usageTable(lasting, idle, busy));
} finally {
  await stack.down();
  await daemon.stop();
}

async function secondsToFirstIncident(services: readonly string[]): Promise<number> {
  const startedMs = performance.now();
  await stack.start(services);
  const hasIncident = async (): Promise<boolean> => (await newestIncidents()).incidents.length > 0;
  await eventually('the first incident', hasIncident, FIRST_INCIDENT_TIMEOUT_MS);
  return (performance.now() - startedMs) / 1000;
}

/** By service. */
async function usages(services: readonly string[]): Promise<ReadonlyMap<string, Usage>> {
  const sums = new Map<string, Usage>();
  const format = '{{.ID}} {{.CPUPerc}} {{.MemUsage}}';
  for (let sample = 0; sample < SAMPLES; sample++) {
    const text = await daemon.docker('stats', '--no-stream', '--no-trunc', '--format', format);
    for (const line of text.trim().split('\n')) {
      const [id = '', cpu = '', memory = ''] = line.split(' ');
      const service = services.find((name) => stack.containerOf(name) === id);
      if (service === undefined) continue;
      const { cpuPercent, memoryMib } = sums.get(service) ?? { cpuPercent: 0, memoryMib: 0 };
      sums.set(service, {
        cpuPercent: cpuPercent + Number.parseFloat(cpu) / SAMPLES,
        memoryMib: memoryMib + mib(memory) / SAMPLES,
      });
    }
  }
  return sums;
}

/** `43.37MiB`, `1.2GiB`, `900KiB`. */
function mib(text: string): number {
  const factors: Readonly<Record<string, number>> = { KiB: 1 / 1024, MiB: 1, GiB: 1024 };
  return Number.parseFloat(text) * (factors[text.slice(-3)] ?? 0);
}

/** Requests a second, by the growth of the access log. */
async function requestRate(): Promise<number> {
  const lineCount = async (): Promise<number> =>
    Number(await stack.exec('nginx', 'sh', '-c', 'wc -l </logs/access.log'));
  const [startedMs, before] = [performance.now(), await lineCount()];
  await delay(WARM_UP_MS / 2);
  return ((await lineCount()) - before) / ((performance.now() - startedMs) / 1000);
}

async function imageTable(): Promise<string> {
  const text = await daemon.docker('image', 'ls', '--format', '{{.Repository}}:{{.Tag}} {{.Size}}');
  const rows = text
    .trim()
    .split('\n')
    .map((line) => line.split(' '));
  return markdownTable(
    ['image', 'size'],
    rows.filter(([name = '']) => !name.startsWith('<none>')),
  );
}

function usageTable(
  services: readonly string[],
  idle: ReadonlyMap<string, Usage>,
  busy: ReadonlyMap<string, Usage>,
): string {
  const cells = (usage: Usage | undefined): readonly string[] =>
    usage === undefined ? ['-', '-'] : [`${usage.cpuPercent.toFixed(1)} %`, `${usage.memoryMib.toFixed(0)} MiB`];
  const heads = ['container', 'CPU idle', 'memory idle', 'CPU demo', 'memory demo'];
  return markdownTable(
    heads,
    services.map((name) => [name, ...cells(idle.get(name)), ...cells(busy.get(name))]),
  );
}
