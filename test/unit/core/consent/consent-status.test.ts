import { isEnded, stateAt } from '../../../../src/core/consent/consent';
import { type ArrangementDraft, anArrangement, at, NOW_MS, useOf } from '../../../support/builders';

const SINCE = at('2026-04-10T12:00:00.000');
const USED = at('2026-04-14T12:00:00.000');
const paused: ArrangementDraft = { status: 'PAUSED', statusReason: 'PLATFORM', statusAtMs: SINCE };
const revoked: ArrangementDraft = { status: 'REVOKED', statusReason: 'BORROWER_WITHDREW', statusAtMs: SINCE };
const oneTime: ArrangementDraft = { accessMode: 'ONE_TIME' };
const used: ArrangementDraft = { ...oneTime, use: useOf([USED], USED) };
const daily: ArrangementDraft = { frequency: { count: 1, per: 'DAY' } };

describe('stateAt', () => {
  // EXPIRED follows from the clock or the use; validity runs while paused; the terminal state that came first keeps its name
  // prettier-ignore
  it.each<[string, ArrangementDraft, ReturnType<typeof stateAt>]>([
    ['active',                                 { statusAtMs: SINCE },                        { status: 'ACTIVE',  reason: null,                sinceMs: SINCE      }],
    ['active in its last millisecond',         { statusAtMs: SINCE, validUntilMs: NOW_MS + 1 }, { status: 'ACTIVE', reason: null,              sinceMs: SINCE      }],
    ['active at the end of its validity',      { validUntilMs: NOW_MS },                     { status: 'EXPIRED', reason: 'VALIDITY_ENDED',    sinceMs: NOW_MS     }],
    ['active past the end of its validity',    { validUntilMs: NOW_MS - 1 },                 { status: 'EXPIRED', reason: 'VALIDITY_ENDED',    sinceMs: NOW_MS - 1 }],
    ['active before it starts',                { statusAtMs: SINCE, validFromMs: NOW_MS + 1 }, { status: 'ACTIVE', reason: null,               sinceMs: SINCE      }],
    ['paused',                                 paused,                                       { status: 'PAUSED',  reason: 'PLATFORM',          sinceMs: SINCE      }],
    ['paused in its last millisecond',         { ...paused, validUntilMs: NOW_MS + 1 },      { status: 'PAUSED',  reason: 'PLATFORM',          sinceMs: SINCE      }],
    ['paused at the end of its validity',      { ...paused, validUntilMs: NOW_MS },          { status: 'EXPIRED', reason: 'VALIDITY_ENDED',    sinceMs: NOW_MS     }],
    ['revoked',                                revoked,                                      { status: 'REVOKED', reason: 'BORROWER_WITHDREW', sinceMs: SINCE      }],
    ['revoked before its validity ended',      { ...revoked, validUntilMs: NOW_MS },         { status: 'REVOKED', reason: 'BORROWER_WITHDREW', sinceMs: SINCE      }],
    ['revoked by the borrower\'s death',       { ...revoked, statusReason: 'BORROWER_DECEASED' }, { status: 'REVOKED', reason: 'BORROWER_DECEASED', sinceMs: SINCE }],
    ['ONE_TIME and not used',                  { ...oneTime, statusAtMs: SINCE },            { status: 'ACTIVE',  reason: null,                sinceMs: SINCE      }],
    ['ONE_TIME and used',                      used,                                         { status: 'EXPIRED', reason: 'ONE_TIME_USED',     sinceMs: USED       }],
    ['used before its validity ended',         { ...used, validUntilMs: NOW_MS },            { status: 'EXPIRED', reason: 'ONE_TIME_USED',     sinceMs: USED       }],
    ['used up for the day',                    { ...daily, statusAtMs: SINCE, use: useOf([NOW_MS]) }, { status: 'ACTIVE', reason: null,        sinceMs: SINCE      }],
    ['ONE_TIME, used only while it was not',   { ...oneTime, statusAtMs: SINCE, use: useOf([USED]) }, { status: 'ACTIVE', reason: null,        sinceMs: SINCE      }],
  ])('of a consent %s', (_name, draft, expected) => {
    expect(stateAt(anArrangement(draft), NOW_MS)).toEqual(expected);
  });

  it('takes REVOKED and EXPIRED for the ends, and no other state', () => {
    expect((['ACTIVE', 'PAUSED', 'REVOKED', 'EXPIRED'] as const).map(isEnded)).toEqual([false, false, true, true]);
  });
});
