import { expect, test } from '@jest/globals';
import { newsOptions, webhookOptionsFrom } from './webhook-options.ts';

const URL = 'https://alerts.test/hook/s3cret-token';
const env = { RESETSCOPE_WEBHOOK_URL: URL, RESETSCOPE_WEBHOOK_SECRET: 'a secret of 24 letters..' };

test('without a URL nobody is told', () => {
  expect(webhookOptionsFrom({}, { RESETSCOPE_WEBHOOK_SECRET: 'x' }, 'UTC')).toBeNull();
  expect(webhookOptionsFrom({}, { RESETSCOPE_WEBHOOK_URL: '' }, 'UTC')).toBeNull();
  expect(newsOptions(null)).toBeNull();
});

test('from the environment alone', () => {
  const options = webhookOptionsFrom({}, env, 'UTC');
  expect(options).toEqual({
    url: URL,
    secret: { kind: 'text', text: env.RESETSCOPE_WEBHOOK_SECRET },
    quiet: { kind: 'always' },
    silenceSeconds: 86_400,
    pageUrl: null,
  });
  expect(newsOptions(options)).toEqual({ silenceSeconds: 86_400, settleMs: 4000 });
});

test('flags come before the environment', () => {
  const flags = {
    'webhook-url': 'http://10.0.0.1:9000/x',
    'webhook-secret-file': '/run/secrets/webhook',
    'webhook-quiet': '22:00-07:00',
    'webhook-silence': '0.5',
    'page-url': 'https://resets.test/',
  };
  expect(webhookOptionsFrom(flags, env, '+08:00')).toEqual({
    url: 'http://10.0.0.1:9000/x',
    secret: { kind: 'file', path: '/run/secrets/webhook' },
    quiet: { kind: 'daily', fromMinute: 1320, toMinute: 420, timezone: '+08:00' },
    silenceSeconds: 1800,
    pageUrl: 'https://resets.test',
  });
});

test.each([
  {
    flags: { 'webhook-url': 'file:///etc/passwd' },
    says: '--webhook-url (its value is not shown) to be a http:// or https:// URL',
  },
  { flags: { 'webhook-url': 'gopher://x' }, says: 'http:// or https://' },
  { flags: { 'webhook-url': 'alerts' }, says: 'http:// or https://' },
  { flags: { 'webhook-url': 'https://me:s3cret@alerts.test/' }, says: 'without user and password' },
  { flags: { 'webhook-quiet': 'nights' }, says: '--webhook-quiet to be always, never or like 22:00-07:00, got nights' },
  { flags: { 'webhook-silence': '0' }, says: '--webhook-silence to be hours, got "0"' },
  { flags: { 'webhook-silence': 'x' }, says: '--webhook-silence' },
  { flags: { 'page-url': 'resets.test' }, says: '--page-url' },
])('$flags is refused, and no secret is shown', ({ flags, says }) => {
  expect(() => webhookOptionsFrom(flags, env, 'UTC')).toThrow(says);
  expect(() => webhookOptionsFrom(flags, env, 'UTC')).not.toThrow('s3cret');
});

test('a URL without a secret is refused', () => {
  expect(() => webhookOptionsFrom({ 'webhook-url': URL }, {}, 'UTC')).toThrow('RESETSCOPE_WEBHOOK_SECRET');
});
