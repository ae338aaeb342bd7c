import fc from 'fast-check';
import type { Scope } from '../../../../src/core/consent/consent';
import { hashOfDocument, parseConsentDocument, toConsentDocument } from '../../../../src/core/consent/consent-document';
import { PRODUCTS } from '../../../../src/core/credit/codes';
import { aConsent, aScope, clusterScopes, scopesOf } from '../../../support/builders';

const scopeKey = ({ fieldId, product, effect, via }: Scope): string => [effect, product, via, fieldId].map(String).join(' ');
const sorted = (scopes: readonly Scope[]): string[] => [...new Set(scopes.map(scopeKey))].sort();

describe('the document of a consent', () => {
  it('groups scopes of equal effect, product and origin, with ids ascending and none twice', () => {
    const scopes = [
      ...scopesOf('+loanCount -openedOn H+loanCount +borrowedAmount +loanCount'),
      aScope({ field: 'loanDays', via: 'BORROWING_FREQUENCY' }),
    ];
    const { scopes: groups } = JSON.parse(toConsentDocument(aConsent({ scopes }))) as { scopes: unknown };
    expect(groups).toEqual([
      { effect: 'DENY', product: 'JIEBEI', via: null, fields: [107] },
      { effect: 'PERMIT', product: 'HUABEI', via: null, fields: [217] },
      { effect: 'PERMIT', product: 'JIEBEI', via: null, fields: [201, 217] },
      { effect: 'PERMIT', product: 'JIEBEI', via: 'BORROWING_FREQUENCY', fields: [218] },
    ]);
  });

  it('reads back to the same terms', () => {
    const terms = aConsent({
      scopes: clusterScopes('IDENTITY', null),
      dataFrom: '2025-06-15',
      dataLifeDays: 30,
      frequency: { count: 3, per: 'WEEK' },
      absencePolicy: 'EXPLICIT',
      previousHash: 'ab',
    });
    expect(parseConsentDocument(toConsentDocument(terms))).toEqual(terms);
  });

  it('reads a version from before there were frequencies as one without', () => {
    const { frequency: _none, ...older } = JSON.parse(toConsentDocument(aConsent())) as { frequency: null };
    expect(parseConsentDocument(JSON.stringify(older))).toEqual(aConsent());
  });

  it('is the same bytes for the same scopes in any order, and reads back to the same set', () => {
    const scope = fc.record({
      fieldId: fc.integer({ min: 1, max: 6 }),
      product: fc.constantFrom(null, ...PRODUCTS),
      effect: fc.constantFrom('PERMIT', 'DENY'),
      via: fc.constantFrom(null, 'IDENTITY', 'LOAN_DETAIL'),
    } as const);
    fc.assert(fc.property(fc.array(scope, { maxLength: 12 }), (scopes) => {
      const document = toConsentDocument(aConsent({ scopes }));
      expect(toConsentDocument(aConsent({ scopes: [...scopes].reverse() }))).toBe(document);
      expect(sorted(parseConsentDocument(document).scopes)).toEqual(sorted(scopes));
    })); // prettier-ignore
  });

  // prettier-ignore
  it.each<[string, Parameters<typeof aConsent>[0]]>([
    ['a scope less',        { scopes: [] }                            ],
    ['a DENY for a PERMIT', { scopes: [aScope({ effect: 'DENY' })] }  ],
    ['another product',     { scopes: [aScope({ product: null })] }   ],
    ['another origin',      { scopes: [aScope({ via: 'IDENTITY' })] } ],
    ['another recipient',   { recipientId: 'bank-b' }                 ],
    ['another purpose',     { purpose: 'CARD_APPROVAL' }              ],
    ['a later end',         { validUntilMs: aConsent().validUntilMs + 1 }],
    ['data dates',          { dataFrom: '2025-06-15' }                ],
    ['another version',     { version: 2 }                            ],
    ['ONE_TIME',            { accessMode: 'ONE_TIME' }                ],
    ['a frequency',         { frequency: { count: 1, per: 'DAY' } }   ],
    ['EXPLICIT',            { absencePolicy: 'EXPLICIT' }             ],
    ['a newer catalogue',   { catalogueVersion: 2 }                   ],
  ])('has another hash with %s', (_name, change) => {
    const hash = hashOfDocument(toConsentDocument(aConsent()));
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(hashOfDocument(toConsentDocument(aConsent(change)))).not.toBe(hash);
  });
});
