import assert from 'node:assert/strict';
import { alertText, recoveryOf, severityOf } from '../../src/core/alert.ts';
import { backoff, settlementOf } from '../../src/core/delivery.ts';
import { worstState } from '../../src/core/worst.ts';

describe('alert text', () => {
  it('reads as the original sends it', () => {
    const alert = {
      kind: 'service:state/UNK',
      message: 'State changed: "(?)" -> "UNK"',
      server: 'localhost',
      service: 'b',
      current: { state: 'UNK' as const, info: 'hey2' },
    };
    assert.equal(
      alertText(alert),
      'localhost b: [service:state/UNK] State changed: "(?)" -> "UNK"\nCurrent: UNK: hey2\n',
    );
  });

  it('leaves the service out for an alert about a server, and the current line before any report', () => {
    const alert = {
      kind: 'api/alert',
      message: 'System down',
      server: 'localhost',
      service: null,
      current: null,
    };
    assert.equal(alertText(alert), 'localhost: [api/alert] System down\n');
    assert.equal(alertText({ ...alert, service: 'queue' }), 'localhost queue: [api/alert] System down\n');
  });

  it('names OverC itself when no server is concerned', () => {
    const alert = {
      kind: 'channel/failing',
      message: 'Channel sms fails',
      server: null,
      service: null,
      current: null,
    };
    assert.equal(alertText(alert), 'OverC: [channel/failing] Channel sms fails\n');
  });

  it('is critical unless it is known to be milder', () => {
    assert.equal(severityOf('service:state/OK'), 'info');
    assert.equal(severityOf('service:state/WARN'), 'warning');
    assert.equal(severityOf('service:state/ERR'), 'critical');
    assert.equal(severityOf('plugin/offline'), 'critical');
    assert.equal(severityOf('api/alert'), 'critical');
  });

  it('that tells of trouble has a kind that tells that it is over', () => {
    assert.equal(recoveryOf('plugin/offline'), 'plugin/online');
    assert.equal(recoveryOf('service:state/ERR'), 'service:state/OK');
    for (const kind of ['service:state/OK', 'plugin/online', 'api/alert'])
      assert.equal(recoveryOf(kind), undefined);
  });
});

describe('delivery', () => {
  const failed = { ok: false, retry: true, reason: 'exit code 1' } as const;
  const second = { attempts: 2, now: 100, chance: 1 };

  it('is sent once the channel takes it', () => {
    assert.deepEqual(settlementOf({ ok: true }, { attempts: 1, now: 100, giveUpAt: 500, chance: 0 }), {
      state: 'sent',
      lastError: null,
      doneAt: 100,
    });
  });

  it('waits 2 s after a first failure, twice as long after each further one, 10 minutes at most, and half of it by chance', () => {
    const pauses = (chance: number) => [1, 2, 3, 8, 20].map((attempts) => backoff(attempts, chance));
    assert.deepEqual(pauses(1), [2_000, 4_000, 8_000, 256_000, 600_000]);
    assert.deepEqual(pauses(0), [1_000, 2_000, 4_000, 128_000, 300_000]);
    assert.deepEqual(settlementOf(failed, { ...second, giveUpAt: 60_000 }), {
      state: 'waiting',
      nextAt: 4_100,
      lastError: 'exit code 1',
      doneAt: null,
    });
  });

  it('is given up when the next attempt would come too late, or when trying again cannot help', () => {
    assert.equal(settlementOf(failed, { ...second, giveUpAt: 4_099 }).state, 'failed');
    assert.equal(settlementOf({ ...failed, retry: false }, { ...second, giveUpAt: 60_000 }).state, 'failed');
  });
});

describe('a server’s state', () => {
  const cases: [string, { state: 'OK' | 'WARN' | 'ERR' | 'UNK'; silent: boolean }[], string | null][] = [
    ['nothing', [], null],
    ['all OK', [{ state: 'OK', silent: false }], 'OK'],
    [
      'one WARN',
      [
        { state: 'OK', silent: false },
        { state: 'WARN', silent: false },
      ],
      'WARN',
    ],
    [
      'ERR over UNK',
      [
        { state: 'UNK', silent: false },
        { state: 'ERR', silent: false },
      ],
      'ERR',
    ],
    ['a silent OK', [{ state: 'OK', silent: true }], 'UNK'],
  ];
  for (const [title, services, expected] of cases)
    it(`is ${expected} with ${title}`, () => {
      assert.equal(worstState(services), expected);
    });
});
