import { expect, test } from '@jest/globals';
import { resolveDemoOptions } from './demo.ts';
import { resolveDoctorOptions } from './doctor/options.ts';
import { FLOWS_HELP, readFlowsOptions } from './flows/options.ts';
import { COMMANDS, DEMO_HELP, DOCTOR_HELP, MAIN_HELP, UP_HELP } from './help.ts';
import { JOBS_HELP, readDeadOptions } from './jobs/options.ts';
import { RING_HELP, readExportOptions } from './ring/options.ts';
import { readTailOptions, TAIL_HELP } from './tail/options.ts';
import { resolveUpOptions } from './up-options.ts';

test.each([
  { name: 'resetscope', text: MAIN_HELP },
  { name: 'flows', text: FLOWS_HELP },
  { name: 'tail', text: TAIL_HELP },
  { name: 'ring', text: RING_HELP },
  { name: 'jobs', text: JOBS_HELP },
  { name: 'up', text: UP_HELP },
  { name: 'doctor', text: DOCTOR_HELP },
  { name: 'demo', text: DEMO_HELP },
])('the help of $name', ({ text }) => {
  expect(text).toMatchSnapshot();
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
});

test.each(COMMANDS)('the main help names %s', (command) => {
  expect(MAIN_HELP).toMatch(new RegExp(`\\b${command}\\b`));
});

/** The flags that a refusal lists are all that a command takes. */
function acceptedFlags(parse: (argv: readonly string[]) => unknown): readonly string[] {
  try {
    parse(['--no-such-flag']);
  } catch (error) {
    return /expected one of ([^;]*)/.exec(String(error))?.[1]?.split(' ').sort() ?? [];
  }
  return [];
}

test.each([
  { name: 'flows', text: FLOWS_HELP, parse: readFlowsOptions },
  { name: 'tail', text: TAIL_HELP, parse: readTailOptions },
  { name: 'ring', text: RING_HELP, parse: readExportOptions },
  { name: 'jobs', text: JOBS_HELP, parse: readDeadOptions },
  { name: 'up', text: UP_HELP, parse: (argv: readonly string[]) => resolveUpOptions(argv, {}) },
  { name: 'doctor', text: DOCTOR_HELP, parse: (argv: readonly string[]) => resolveDoctorOptions(argv, {}) },
  { name: 'demo', text: DEMO_HELP, parse: resolveDemoOptions },
])('$name explains each flag it takes, and no other', ({ text, parse }) => {
  const explained = [...text.matchAll(/^ {2}(--[a-z-]+)/gm)].map((match) => match[1]).sort();
  expect(explained).toEqual(acceptedFlags(parse));
});
