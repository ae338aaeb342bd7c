import { encodeEntry, type LedgerEntry } from '../../src/core/ledger/entry';
import { type Forgery, useVerifiers } from '../support/forgeries';
import { ORIGIN, publish } from '../support/published-ledger';

const { expectRefused, expectPassed } = useVerifiers();

type Members = Readonly<Record<string, unknown>>;
const by = (members: Members): Members => ({
  recipient: 'bank-a',
  purpose: 'CARD_APPROVAL',
  subject: 'li',
  actor: 'platform-1',
  ...members,
});
const change = (
  set: number,
  action: string,
  consent: string,
  [from, to]: readonly [number, number],
  members: Members = {},
): Members => by({ type: 'C', role: 'PLATFORM', set, action, consent, from, to, ...members });
const disclosure = (set: number, consents: readonly string[], members: Members = {}): Members => ({
  type: 'D', report: 'report', commit: 'commitment', subject: 'li', actor: 'bank-a', purpose: 'CARD_APPROVAL', set, consents, empty: { 'platform-2/-': [1] },
  released: consents.length > 0 ? { 'platform-1/JIEBEI': [214] } : {}, ...members,
}); // prettier-ignore
const preview = (set: number, consents: readonly string[], members: Members = {}): Members =>
  by({ ...disclosure(set, consents), type: 'P', actor: 'platform-1', role: 'PLATFORM', ...members });
const request = (action: string, members: Members = {}): Members =>
  by({ type: 'R', actor: 'bank-a', role: 'BANK', action, request: 'q1', document: 'hash', ...members });
const control = (action: string, institution: string, version: number): Members => ({
  type: 'K', action: `institution-${action}`, institution, version,
}); // prettier-ignore
const WANG = { subject: 'wang', purpose: 'MORTGAGE_ORIGINATION' };

/** One of everything that true ledgers hold. */
const STORY: readonly Members[] = [
  /*  0 */ change(1, 'grant', 'c1', [0, 1]),
  /*  1 */ disclosure(1, ['c1:1']),
  /*  2 */ change(2, 'amend', 'c1', [1, 2]),
  /*  3 */ disclosure(2, ['c1:2']),
  /*  4 */ change(3, 'pause', 'c1', [2, 2]),
  /*  5 */ change(4, 'pause', 'c1', [2, 2], { role: 'BORROWER' }),
  /*  6 */ disclosure(4, []),
  /*  7 */ change(5, 'amend', 'c1', [2, 3]),
  /*  8 */ disclosure(5, []),
  /*  9 */ change(6, 'resume', 'c1', [3, 3]),
  /* 10 */ disclosure(6, ['c1:3']),
  /* 11 */ change(7, 'grant', 'c2', [0, 1], { recipient: 'bank-b' }),
  /* 12 */ disclosure(7, ['c2:1'], { actor: 'bank-b' }),
  /* 13 */ change(8, 'grant', 'c10', [0, 1]),
  /* 14 */ preview(8, ['c10:1', 'c1:3']),
  /* 15 */ preview(8, ['c1:3', 'supposed:1'], { hypothetical: 'hash' }),
  /* 16 */ preview(8, ['c10:1', 'c1:9'], { hypothetical: 'hash' }),
  /* 17 */ change(1, 'grant', 'w1', [0, 1], WANG),
  /* 18 */ change(9, 'revoke', 'c1', [3, 3]),
  /* 19 */ change(10, 'revoke', 'c1', [3, 3], { role: 'BANK', actor: 'bank-a' }),
  /* 20 */ disclosure(10, ['c10:1']),
  /* 21 */ change(11, 'expire', 'c2', [1, 1], { recipient: 'bank-b' }),
  /* 22 */ change(12, 'revoke', 'c2', [1, 1], { recipient: 'bank-b', role: 'BANK', actor: 'bank-b' }),
  /* 23 */ control('suspended', 'bank-a', 2),
  /* 24 */ control('restored', 'bank-a', 3),
  /* 25 */ disclosure(1, ['w1:1'], WANG),
  /* 26 */ control('suspended', 'platform-2', 2),
  /* 27 */ control('restored', 'platform-2', 4), // marked as that of a historical data set meanwhile
  /* 28 */ control('closed', 'platform-2', 5),
  /* 29 */ control('suspended', 'bank-b', 2),
  /* 30 */ disclosure(12, []),
  /* 31 */ change(13, 'revoke', 'c10', [1, 1], { role: 'OPERATOR', actor: 'operator' }),
  /* 32 */ change(14, 'grant', 'c11', [0, 1], { role: 'BORROWER', actor: 'platform-2' }),
  /* 33 */ control('closed', 'bank-b', 3),
  /* 34 */ request('request'),
  /* 35 */ request('reject', { actor: 'platform-1', role: 'PLATFORM' }),
];

const AT_MS = 1_776_218_400_000;
/** @param story - What each entry says, whatever it is; a member that is undefined is left out. */
function published(story: readonly Members[]): ReadonlyMap<string, Buffer> {
  const bodies = story.map((members, index) => {
    const said = Object.entries({ v: 1, ledger: ORIGIN, at: AT_MS + index, nonce: `nonce-${String(index)}`, ...members });
    return encodeEntry(Object.fromEntries(said.filter(([, value]) => value !== undefined)) as unknown as LedgerEntry);
  });
  return publish(bodies).files;
}

/** The story with other members in one entry; everything is hashed and signed anew by the true key. */
const altered = (index: number, members: Members): Forgery => ({
  name: `${String(index)} with ${JSON.stringify(members)}`,
  files: published(STORY.map((one, at) => (at === index ? { ...one, ...members } : one))),
  index,
});
const withMore = (index: number, members: Members): Forgery => ({
  name: `${String(index)} is ${JSON.stringify(members)}`,
  files: published([...STORY.slice(0, index), members, ...STORY.slice(index)]),
  index,
});
/** @param noticed - The entry that cannot stand without it, at its new place. */
const without = (index: number, noticed: number): Forgery => ({
  name: `without ${String(index)}`,
  files: published(STORY.filter((_, at) => at !== index)),
  index: noticed - 1,
});

it('passes a story of everything that true ledgers hold', async () => {
  await expectPassed({ files: published(STORY) });
});

describe('the life of a consent', () => {
  it('begins with one grant, of version 1, and each version is that of the entry before', async () => {
    const forgeries = [
      altered(0, { action: 'amend' }), altered(0, { action: 'resume', to: 0 }), altered(0, { to: 0 }), altered(0, { from: 1, to: 2 }),
      altered(2, { from: 2, to: 3 }), altered(2, { from: 0, to: 1 }), altered(2, { to: 1 }), altered(2, { to: 3 }),
      altered(4, { to: 3 }), altered(7, { from: 1, to: 2 }), altered(9, { to: 4 }), altered(18, { from: 2, to: 2 }),
      altered(13, { consent: 'c1' }), altered(13, { consent: 'c2' }), altered(2, { consent: 'c9' }), altered(18, { consent: 'c9' }),
    ]; // prettier-ignore
    await expectRefused(forgeries, 16);
  });

  it('stays that of its person, recipient and purpose', async () => {
    const other = [{ recipient: 'bank-b' }, { purpose: 'MORTGAGE_ORIGINATION' }];
    const person = change(2, 'revoke', 'c1', [1, 1], { subject: 'wang' });
    await expectRefused(
      [...other.map((one) => altered(2, one)), ...other.map((one) => altered(18, one)), withMore(18, person)],
      5,
    );
  });

  it('resumes only what is paused, knows no other acts, and is over once it ended', async () => {
    const ended = [
      change(11, 'amend', 'c1', [3, 4]), change(11, 'pause', 'c1', [3, 3]), change(11, 'resume', 'c1', [3, 3]),
      change(11, 'expire', 'c1', [3, 3]), change(11, 'grant', 'c1', [0, 1]), change(11, 'grant', 'c1', [3, 4]),
    ]; // prettier-ignore
    const forgeries = [
      ...ended.map((one) => withMore(20, one)),
      withMore(23, change(13, 'resume', 'c2', [1, 1], { recipient: 'bank-b' })),
      withMore(23, change(13, 'expire', 'c2', [1, 1], { recipient: 'bank-b' })),
      withMore(11, change(7, 'resume', 'c1', [3, 3])),
      altered(4, { action: 'halt' }),
      altered(4, { action: undefined }),
      altered(4, { action: 'toString' }),
      altered(4, { consent: 7 }),
    ];
    await expectRefused(forgeries, 13);
  });
});

describe('a disclosure or a preview', () => {
  it('rests on consents that are in force at its place, in the version that is', async () => {
    const forgeries = [
      altered(1, { consents: ['c1:2'] }), altered(3, { consents: ['c1:1'] }), altered(3, { consents: ['c1:3'] }),
      altered(3, { consents: ['c9:1'] }), altered(1, { consents: ['c1:1', 'c2:1'] }),
      altered(6, { consents: ['c1:2'], released: { 'platform-1/-': [1] } }), // paused
      altered(8, { consents: ['c1:3'], released: { 'platform-1/-': [1] } }), // amended in its pause
      altered(20, { consents: ['c1:3'] }), // revoked
      altered(20, { consents: ['c10:1', 'c1:3'] }),
      altered(14, { consents: ['c10:2', 'c1:3'] }), altered(14, { consents: ['c10:1', 'c1:3', 'c9:1'] }),
      without(9, 10),
    ]; // prettier-ignore
    await expectRefused(forgeries, 12);
  });

  it('rests on consents of its own person, recipient and purpose', async () => {
    const forgeries = [
      altered(12, { actor: 'bank-a' }), altered(12, { consents: ['c1:3'] }), altered(1, { purpose: 'MORTGAGE_ORIGINATION' }),
      altered(14, { recipient: 'bank-b' }), altered(25, { purpose: 'CARD_APPROVAL' }), altered(25, { consents: ['c10:1'] }),
      altered(20, { consents: ['w1:1'] }),
    ]; // prettier-ignore
    await expectRefused(forgeries, 7);
  });

  it('names consents if it released something, and only then, each once and in order', async () => {
    const forgeries = [
      altered(1, { consents: [] }), altered(1, { released: {} }), altered(6, { consents: ['c1:2'] }), altered(14, { consents: [] }),
      altered(14, { consents: ['c1:3', 'c10:1'] }), altered(1, { consents: ['c1:1', 'c1:1'] }), altered(1, { consents: ['c1'] }),
      altered(1, { consents: ['c1:01'] }), altered(1, { consents: [1] }), altered(1, { consents: 'c1:1' }), altered(1, { consents: [['c1:1']] }),
      altered(1, { released: 'all' }), altered(1, { released: [214] }), altered(1, { consents: undefined }), altered(1, { released: undefined }),
      altered(1, { actor: undefined }), altered(1, { purpose: undefined }), altered(14, { recipient: undefined }),
    ]; // prettier-ignore
    await expectRefused(forgeries, 18);
  });

  it('supposes one consent at most, and a disclosure none', async () => {
    const forgeries = [
      altered(15, { hypothetical: undefined }), altered(15, { consents: ['c1:2', 'supposed:1'] }), altered(15, { consents: [] }),
      altered(16, { consents: ['c10:2', 'c1:9'] }), altered(20, { consents: ['c1:3'], hypothetical: 'hash' }),
    ]; // prettier-ignore
    await expectRefused(forgeries, 5);
  });
});

describe('the life of an institution', () => {
  it('is suspended, restored, and closed for good', async () => {
    const forgeries = [
      altered(23, { action: 'institution-restored' }), altered(24, { action: 'institution-suspended' }), without(23, 24),
      ...['restored', 'suspended', 'closed'].map((act) => withMore(34, control(act, 'bank-b', 4))),
      ...['restored', 'suspended', 'closed'].map((act) => withMore(29, control(act, 'platform-2', 6))),
      ...['institution-opened', 'suspended', 'toString', 'constructor', undefined, 1].map((action) => altered(23, { action })),
      altered(23, { institution: undefined }), altered(23, { institution: 1 }),
    ]; // prettier-ignore
    await expectRefused(forgeries, 17);
  });

  it('has versions that rise by one, and once by one more', async () => {
    const forgeries = [
      ...[-1, 0, 1, 4, '2', undefined].map((version) => altered(23, { version })),
      ...[1, 2, 5].map((version) => altered(24, { version })),
      ...[4, 6, 7].map((version) => altered(28, { version })),
    ]; // prettier-ignore
    await expectRefused(forgeries, 12);
    await expectPassed({ files: altered(24, { version: 4 }).files });
  });

  const ofPlatform2 = { ...WANG, released: { 'platform-1/JIEBEI': [214], 'platform-2/JIEBEI': [214] } };

  it('lets nothing be disclosed to, or previewed for, a recipient that is not active', async () => {
    const forgeries = [
      withMore(24, disclosure(1, ['w1:1'], WANG)), withMore(24, disclosure(1, [], WANG)), withMore(24, preview(12, ['c10:1'])),
      withMore(24, preview(12, [])), altered(30, { actor: 'bank-b' }), withMore(34, disclosure(14, [], { actor: 'bank-b' })),
      without(24, 25),
    ]; // prettier-ignore
    await expectRefused(forgeries, 7);
  });

  it('lets nothing be released that an institution furnished which is not active', async () => {
    const forgeries = [27, 29, 34].flatMap((index) => [
      withMore(index, disclosure(1, ['w1:1'], ofPlatform2)),
      withMore(index, preview(1, ['w1:1'], ofPlatform2)),
    ]);
    await expectRefused(forgeries, 6);
    await expectPassed({ files: withMore(26, disclosure(1, ['w1:1'], ofPlatform2)).files });
    await expectPassed({ files: withMore(28, disclosure(1, ['w1:1'], ofPlatform2)).files });
  });

  it('lets nothing be granted to, or by, an institution that is not active', async () => {
    const forgeries = [
      withMore(24, change(13, 'grant', 'c12', [0, 1])), withMore(30, change(13, 'grant', 'c12', [0, 1], { recipient: 'bank-b' })),
      withMore(34, change(15, 'grant', 'c12', [0, 1], { recipient: 'bank-b' })),
      withMore(27, change(13, 'grant', 'c12', [0, 1], { actor: 'platform-2' })),
      withMore(29, change(13, 'grant', 'c12', [0, 1], { actor: 'platform-2' })),
    ]; // prettier-ignore
    await expectRefused(forgeries, 5);
  });
});

describe('an entry', () => {
  /** What stands behind the revocation of c1, and rests on it. */
  const stale = disclosure(10, ['c1:3']);
  const SAID: Readonly<Record<string, Members>> = {
    R: { action: 'request', request: 'q1', recipient: 'bank-a' },
    'R, rejected': { action: 'reject', request: 'q1', recipient: 'bank-a', role: 'BANK' },
    'K, erased': { action: 'borrower-erased', subject: undefined },
    'K, suspended': { action: 'institution-suspended', institution: 'bank-c', version: 2, subject: undefined },
    A: { fields: ['disclosures'], rows: 1, subject: undefined },
    P: { recipient: 'bank-a', role: 'BANK' },
    C: { recipient: 'bank-a', role: 'BANK', action: 'revoke', consent: 'c1', from: 3, to: 3, set: 11 },
  };

  it('does not pass for one of another type of which less is asked', async () => {
    const relabelled = Object.entries(SAID).map(([type, members]) =>
      withMore(20, { ...stale, ...members, type: type.slice(0, 1) }),
    );
    await expectRefused([withMore(20, stale), ...relabelled], 8);
  });

  it('has no member that is of no use to its type', async () => {
    const told = [1, 4, 14, 23, 34].map((index) => altered(index, { secret: 'amount-5000' }));
    await expectRefused(
      [...told, altered(23, { subject: 'li' }), altered(34, { set: 14 }), altered(1, { recipient: 'bank-b' })],
      8,
    );
  });

  it('has a nonce, and of a report its id and the commitment to what was shown', async () => {
    const lacking = [1, 4, 14, 23, 34].flatMap((index) => [altered(index, { nonce: undefined }), altered(index, { nonce: 1 })]);
    const unprovable = [1, 14].flatMap((index) =>
      ['report', 'commit'].flatMap((name) => [altered(index, { [name]: undefined }), altered(index, { [name]: '' })]),
    );
    await expectRefused([...lacking, ...unprovable], 18);
  });

  it('lists the fields of a report by places, once each and in order', async () => {
    const lists = [
      { 'platform-1': [214] }, { 'platform-1/': [214] }, { '/JIEBEI': [214] }, { 'platform-1/JIEBEI/x': [214] }, { 'platform-1/JIEBEI': [] },
      { 'platform-1/JIEBEI': 214 }, { 'platform-1/JIEBEI': [214, 214] }, { 'platform-1/JIEBEI': [214, 201] }, { 'platform-1/JIEBEI': ['214'] },
      { 'platform-1/JIEBEI': [0] }, [214],
    ]; // prettier-ignore
    const forged = lists.flatMap((list) => ['released', 'refused', 'empty'].map((name) => altered(1, { [name]: list })));
    await expectRefused(forged, 33);
  });

  it('of a consent request says who asked whom for what', async () => {
    const silent = ['action', 'request', 'subject', 'recipient', 'purpose'].map((name) => altered(34, { [name]: undefined }));
    await expectRefused([...silent, altered(35, { action: 'request-again' })], 6);
  });
});
