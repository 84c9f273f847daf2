import { execFileSync, spawnSync } from 'node:child_process';
import { expect } from '@jest/globals';
import { canCapture } from './capability.ts';
import { testIf } from './jest.ts';
import { hasProgram } from './program.ts';
import { repositoryRoot } from './repository.ts';

const dist = new URL('packages/testkit/dist/index.js', `file://${repositoryRoot()}`).href;
const ask = `import(${JSON.stringify(dist)}).then(({ canCapture }) => console.log(canCapture()))`;

testIf(canCapture() && hasProgram('setpriv'), 'needs CAP_NET_RAW and setpriv')('sees a dropped capability', () => {
  const drop = ['--bounding-set', '-net_raw', '--inh-caps', '-net_raw', process.execPath, '-e', ask];
  expect(execFileSync('setpriv', drop, { encoding: 'utf8' }).trim()).toBe('false');
  expect(spawnSync(process.execPath, ['-e', ask], { encoding: 'utf8' }).stdout.trim()).toBe('true');
});
