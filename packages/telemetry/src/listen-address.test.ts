import { createServer } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { ClearError } from './clear-error.ts';
import { describeListenError, formatListenAddress, parseListenAddress } from './listen-address.ts';

describe('parseListenAddress', () => {
  test.each([
    ['127.0.0.1:9150', { host: '127.0.0.1', port: 9150 }],
    ['[::1]:80', { host: '::1', port: 80 }],
    [':0', { host: '127.0.0.1', port: 0 }],
    ['9150', { host: '127.0.0.1', port: 9150 }],
    ['localhost:65535', { host: 'localhost', port: 65535 }],
  ])('%s', (text, address) => {
    expect(parseListenAddress(text)).toEqual(address);
  });

  test.each(['', 'x', '127.0.0.1', '127.0.0.1:65536', '::1:80', '127.0.0.1:-1', '127.0.0.1:80 '])(
    'refuses %j',
    (text) => {
      expect(() => parseListenAddress(text)).toThrow(ClearError);
    },
  );

  test('formats what it parsed', () => {
    for (const text of ['127.0.0.1:80', '[::1]:80']) expect(formatListenAddress(parseListenAddress(text))).toBe(text);
  });
});

describe('describeListenError', () => {
  test('a port in use names address and purpose', async () => {
    const first = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => first.once('listening', resolve));
    const port = (first.address() as { port: number }).port;
    const error = await new Promise((resolve) => createServer().once('error', resolve).listen(port, '127.0.0.1'));
    const described = describeListenError(error, { host: '127.0.0.1', port }, 'pages') as ClearError;
    expect(described).toBeInstanceOf(ClearError);
    expect(described.message).toContain(`pages: 127.0.0.1:${port} is in use`);
    first.close();
  });

  test('another error passes through', () => {
    const error = new Error('x');
    expect(describeListenError(error, { host: 'a', port: 1 }, 'y')).toBe(error);
  });
});
