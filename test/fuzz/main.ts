/** `npm run fuzz -- TARGET [--runs N] [--seed N] [--save]`: fuzzes one target, prints how it goes and what it found. */
import { parseArgs } from 'node:util';
import { readCorpus, saveCorpus } from './corpus.ts';
import { Fuzzer, type FuzzReport } from './fuzzer.ts';
import { TARGETS } from './targets.ts';

const PROGRESS_MS = 10_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '1' },
    save: { type: 'boolean', default: false },
  },
});
const target = await TARGETS[positionals[0] ?? '']?.();
if (target === undefined) {
  console.error(
    `usage: npm run fuzz -- TARGET [--runs N] [--seed N] [--save]\ntargets: ${Object.keys(TARGETS).join(' ')}`,
  );
  process.exit(2);
}

const startedMs = performance.now();
let printedMs = startedMs;
let findings = 0;

function print({ executions, blocks, totalBlocks, kept, findings }: FuzzReport): void {
  const seconds = (performance.now() - startedMs) / 1000;
  const rate = Math.round(executions / seconds);
  console.log(
    `${target?.name} ${executions} executions, ${rate}/s, ${blocks} of ${totalBlocks} blocks, ${kept.length} inputs kept, ${findings.length} findings`,
  );
}

const fuzzer = new Fuzzer(target, Number(values.seed));
const report = fuzzer.run({
  runs: Number(values.runs),
  corpus: readCorpus(target.name),
  progressed: (soFar) => {
    for (const { message } of soFar.findings.slice(findings)) console.log(message);
    findings = soFar.findings.length;
    if (performance.now() - printedMs < PROGRESS_MS) return;
    printedMs = performance.now();
    print(soFar);
  },
});
print(report);
for (const { input, message } of report.findings) {
  console.log(
    `\nfinding: ${Buffer.from(input).toString('base64')}\n${JSON.stringify(Buffer.from(input).toString('latin1'))}\n${message}`,
  );
}
if (values.save) console.log(`saved ${saveCorpus(target.name, fuzzer.distilled())}`);
process.exitCode = report.findings.length === 0 ? 0 : 1;
