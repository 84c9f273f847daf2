import { describe, expect, test } from '@jest/globals';
import { ClearError } from '@resetscope/telemetry';
import { readTailOptions } from './options.ts';

describe('readTailOptions', () => {
  test('has a default for everything but the log and the checkpoint', () => {
    const options = readTailOptions(['--error-log', '/a.log', '--checkpoint', '/state']);
    expect(options).toMatchObject({
      errorLogs: [{ path: '/a.log', timezone: undefined }],
      syslog: [],
      checkpointDir: '/state',
      format: 'auto',
      from: 'end',
      waitForLogs: false,
      maxLogs: 128,
      all: false,
      ndjson: false,
    });
    expect(options.node).not.toBe('');
    expect(options.timezone).not.toBe('');
  });

  test('follows a log that is named twice once', () => {
    const options = readTailOptions(['--error-log', '/a.log', '--error-log', '/b/../a.log=UTC', '--checkpoint', '/s']);
    expect(options.errorLogs).toEqual([{ path: '/a.log', timezone: 'UTC' }]);
  });

  test('needs no checkpoint for syslog, which cannot be read again', () => {
    expect(readTailOptions(['--syslog', '5514']).syslog).toHaveLength(1);
  });

  test.each([
    { name: 'no log', argv: [], message: /expected --error-log FILE, got none; see resetscope tail --help/ },
    { name: 'no checkpoint', argv: ['--error-log', 'x'], message: /expected --checkpoint DIR, got none/ },
    { name: 'an odd format', argv: ['--error-log', 'x', '--checkpoint', 's', '--format', 'xml'], message: /got "xml"/ },
    { name: 'an odd zone', argv: ['--error-log', 'x', '--checkpoint', 's', '--timezone', 'Mars'], message: /"Mars"/ },
    {
      name: 'an odd zone of a log',
      argv: ['--error-log', 'x=Mars', '--checkpoint', 's'],
      message: /after "=" in "x=Mars"/,
    },
    { name: 'an odd count', argv: ['--error-log', 'x', '--checkpoint', 's', '--max-logs', '0'], message: /got "0"/ },
    { name: 'an odd address', argv: ['--syslog', 'here'], message: /expected an address like/ },
    { name: 'three sockets', argv: ['1', '2', '3'].flatMap((port) => ['--syslog', port]), message: /at most 2 times/ },
    { name: 'a positional', argv: ['x'], message: /unexpected argument "x"/ },
  ])('refuses $name in one line', ({ argv, message }) => {
    expect(() => readTailOptions(argv)).toThrow(ClearError);
    expect(() => readTailOptions(argv)).toThrow(message);
  });
});
