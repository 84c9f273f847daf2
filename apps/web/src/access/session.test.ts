import { describe, expect, test } from '@jest/globals';
import { SESSION_SECONDS, Sessions } from './session.ts';

const SESSION = { name: 'alice', fingerprint: 'f1' };

/** What a browser sends back. */
function cookieOf(setCookie: string): string {
  return setCookie.split(';')[0] ?? '';
}

describe('Sessions', () => {
  test('a cookie opens a session until its time is over', () => {
    let nowSeconds = 1_000_000;
    const sessions = new Sessions(false, () => nowSeconds);
    const cookie = cookieOf(sessions.open(SESSION));
    expect(sessions.read(cookie)).toEqual(SESSION);
    expect(sessions.read(`other=1; ${cookie}; more=2`)).toEqual(SESSION);
    nowSeconds += SESSION_SECONDS;
    expect(sessions.read(cookie)).toBeNull();
  });

  test('no script and no other site gets at it', () => {
    expect(new Sessions(false).open(SESSION)).toMatch(
      /^resetscope=[\w-]+\.[\w-]+; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict$/,
    );
    expect(new Sessions(true).open(SESSION)).toMatch(/^__Host-resetscope=.*; HttpOnly; SameSite=Strict; Secure$/);
  });

  test('signing out takes it away', () => {
    expect(new Sessions(false).close()).toBe('resetscope=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict');
  });

  test('a cookie that was changed, cut, signed by another key or is none opens nothing', () => {
    const sessions = new Sessions(false);
    const cookie = cookieOf(sessions.open(SESSION));
    const [claim = '', signature = ''] = cookie.slice('resetscope='.length).split('.');
    const forged = Buffer.from(JSON.stringify(['admin', 'f1', 9e9])).toString('base64url');
    const tried = [
      undefined,
      '',
      'resetscope=',
      'resetscope=.',
      `resetscope=${claim}`,
      `resetscope=${claim}.`,
      `resetscope=${forged}.${signature}`,
      `resetscope=${claim}.${signature.replace(/^./, '\u00e9')}`,
      `x${cookie}`,
      cookieOf(new Sessions(false).open(SESSION)),
    ];
    expect(tried.map((cookies) => sessions.read(cookies))).toEqual(tried.map(() => null));
  });
});
