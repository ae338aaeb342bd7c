import { statusAt } from '../../../../src/core/consent/consent';
import { anArrangement, NOW_MS } from '../../../support/builders';

describe('statusAt', () => {
  // EXPIRED follows from the clock; validity runs while paused; a terminal state that came first keeps its name
  // prettier-ignore
  it.each([
    ['ACTIVE',  NOW_MS - 1, 'EXPIRED'],
    ['ACTIVE',  NOW_MS,     'EXPIRED'],
    ['ACTIVE',  NOW_MS + 1, 'ACTIVE' ],
    ['PAUSED',  NOW_MS,     'EXPIRED'],
    ['PAUSED',  NOW_MS + 1, 'PAUSED' ],
    ['REVOKED', NOW_MS,     'REVOKED'],
    ['REVOKED', NOW_MS + 1, 'REVOKED'],
  ] as const)('of a stored %s that is valid until %d is %s', (status, validUntilMs, expected) => {
    expect(statusAt(anArrangement({ status, validUntilMs }), NOW_MS)).toBe(expected);
  });
});
