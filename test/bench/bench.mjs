/** `npm run bench -- NAME [--json]`: measures a hot path beside its peers. Without a name it lists them. Benchmarks want the machine for themselves. */
import { parseArgs } from 'node:util';
import { analyze } from './analyze.mjs';
import { capture } from './capture.mjs';
import { capturePath } from './capture-path.mjs';
import { flow } from './flow.mjs';
import { follow } from './follow.mjs';
import { lineScan } from './line-scan.mjs';
import { live } from './live.mjs';
import { tail } from './tail.mjs';
import { web } from './web.mjs';

/** Each: about, options of its own, run(options, say) -> a plain object. */
const BENCHMARKS = {
  analyze,
  capture,
  'capture-path': capturePath,
  flow,
  follow,
  'line-scan': lineScan,
  live,
  tail,
  web,
};

function usage() {
  const names = Object.entries(BENCHMARKS).map(([name, { about }]) => `  ${name.padEnd(12)} ${about}`);
  return `usage: npm run bench -- NAME [--json]\n${names.join('\n')}\n`;
}

function fail(text) {
  process.stderr.write(`bench: ${text}\n`);
  process.exit(2);
}

/** One line per leaf: `tools.tshark.seconds  23.1`. */
function leaves(value, path = []) {
  if (typeof value !== 'object' || value === null) return [`${path.join('.').padEnd(48)} ${value}`];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, [...path, key]));
}

const [name, ...args] = process.argv.slice(2);
const benchmark = BENCHMARKS[name];
if (name === undefined || name === '--help') {
  process.stdout.write(usage());
  process.exit(0);
}
if (benchmark === undefined) fail(`expected one of ${Object.keys(BENCHMARKS).join(', ')}, got ${name}`);
let options;
try {
  options = parseArgs({ args, options: { json: { type: 'boolean', default: false }, ...benchmark.options } }).values;
} catch (error) {
  fail(error.message);
}
const say = (text) => process.stderr.write(`${text}\n`);
const result = { benchmark: name, node: process.version, ...(await benchmark.run(options, say)) };
process.stdout.write(options.json ? `${JSON.stringify(result)}\n` : `${leaves(result).join('\n')}\n`);
