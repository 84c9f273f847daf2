import { describe, expect, test } from '@jest/globals';
import { liveLine } from './live-lines.ts';
import { jobOf, logText, START_US } from './testing/shop.ts';

const read = (lateUs: number, timezone = 'UTC', text = logText()) =>
  liveLine(jobOf('web-1', START_US + lateUs, text), timezone);

describe('liveLine', () => {
  test('has the place of the job, and the time of its reading', () => {
    const line = read(700_000);
    expect(line).toMatchObject({ readAtUs: START_US + 700_000, stampUs: START_US, leg: 'client' });
    expect(line?.ref).toEqual({
      file: '/var/log/nginx/error.log',
      lineNumber: 0,
      offset: expect.any(Number),
      raw: logText(),
    });
  });

  test.each([
    ['a worker that stalled', 4_900_000, true],
    ['the reader was paused', 5_100_000, false],
    ['the reader was away for a day', 86_400_000_000, false],
    ['the host of the log is a little ahead', -900_000, true],
    ['its clock is another', -6_000_000, false],
  ])('%s', (_title, lateUs, isLive) => {
    expect(read(lateUs)?.readAtUs).toBe(isLive ? START_US + lateUs : null);
  });

  test('a job that tells the zone of its log is believed', () => {
    const job = { ...jobOf('web-1', START_US + 700_000, logText()), v: 2, timezone: 'UTC' } as const;
    expect(liveLine(job, 'Asia/Shanghai')?.stampUs).toBe(START_US);
  });

  test('a stamp is in the zone of nginx', () => {
    expect(read(8 * 3_600_000_000, 'Asia/Shanghai')).toMatchObject({
      stampUs: START_US - 8 * 3_600_000_000,
      readAtUs: null,
    });
  });

  test.each([
    ['nginx in UTC, told UTC+8', 'Asia/Shanghai'],
    ['nginx in UTC, told UTC-5', '-05:00'],
    ['a zone with quarter hours', '+05:45'],
  ])('%s: a line read at once is live, and its stamp is put right', (_title, timezone) => {
    expect(read(700_000, timezone)).toMatchObject({ stampUs: START_US, readAtUs: START_US + 700_000 });
  });

  test.each([
    ['half way between quarters', 8 * 3_600_000_000 + 400_000_000],
    ['a quarter hour and some seconds', 900_000_000 + 5_500_000],
    ['further than any zone', 15 * 3_600_000_000],
  ])('%s is late, not another zone', (_title, lateUs) => {
    expect(read(lateUs)).toMatchObject({ stampUs: START_US, readAtUs: null });
  });

  test.each(['', 'hello', '\xff\x00\xfe', logText().slice(10)])('%j is no log entry', (text) => {
    expect(read(0, 'UTC', text)).toBeNull();
  });
});
