import { expandScopes, type ScopeInput } from '../../../../src/app/consent/expand-scopes';
import type { DataCluster } from '../../../../src/core/consent/data-cluster';
import { FIELD_CATALOGUE } from '../../../../src/core/credit/field-catalogue';
import { GatewayError } from '../../../../src/core/errors';
import { fieldOf, scopeWordsOf } from '../../../support/builders';

/** Scopes in the notation of the matrix, as a caller writes them: a cluster is not expanded yet. */
function inputsOf(notation: string): ScopeInput[] {
  return scopeWordsOf(notation).map(({ name, product, effect }) => ({
    ...(/^[A-Z_]+$/.test(name) ? { cluster: name as DataCluster } : { field: fieldOf(name).coordinate }), // the tests name clusters only
    product,
    everyProduct: product === null,
    effect,
  }));
}

/** The list that a refusal names and the scope that it is about; `granted` where nothing is refused. */
function outcomeOf(notation: string): string {
  try {
    expandScopes(inputsOf(notation), FIELD_CATALOGUE);
    return 'granted';
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    return [error.code, error.facts.container, error.facts.input].join(' ');
  }
}

describe('expandScopes on what stands in a list', () => {
  // a permit inside a list needs one of the list that covers its product
  // prettier-ignore
  it.each([
    ['+drawnOn',                              'CONTAINER_NOT_GRANTED CreditAccount.loans input.scopes.0'   ],
    ['+loanCount +drawnOn',                   'CONTAINER_NOT_GRANTED CreditAccount.loans input.scopes.1'   ],
    ['+loans +drawnOn',                       'granted'                                                    ],
    ['+drawnOn +loans',                       'granted'                                                    ],
    ['H+loans +drawnOn',                      'CONTAINER_NOT_GRANTED CreditAccount.loans input.scopes.1'   ],
    ['*+loans +drawnOn',                      'granted'                                                    ],
    ['+loans *+drawnOn',                      'CONTAINER_NOT_GRANTED CreditAccount.loans input.scopes.1'   ],
    ['J+loans H+loans O+loans *+drawnOn',     'CONTAINER_NOT_GRANTED CreditAccount.loans input.scopes.3'   ],
    ['*+loans *+drawnOn',                     'granted'                                                    ],
    ['-loans +drawnOn',                       'CONTAINER_NOT_GRANTED CreditAccount.loans input.scopes.1'   ],
    ['+loans -loans +drawnOn',                'granted'                                                    ],
    ['-drawnOn',                              'granted'                                                    ],
    ['+loanCount -drawnOn -dueOn',            'granted'                                                    ],
    ['+loans +dueOn',                         'CONTAINER_NOT_GRANTED Loan.repayments input.scopes.1'       ],
    ['+repayments +dueOn',                    'CONTAINER_NOT_GRANTED CreditAccount.loans input.scopes.0'   ],
    ['+loans +repayments +dueOn',             'granted'                                                    ],
    ['*+loans H+repayments +dueOn',           'CONTAINER_NOT_GRANTED Loan.repayments input.scopes.2'       ],
    ['+LOAN_DETAIL',                          'granted'                                                    ],
    ['*+LOAN_DETAIL +principal',              'granted'                                                    ],
    ['+REPAYMENT_DETAIL',                     'CONTAINER_NOT_GRANTED CreditAccount.loans input.scopes.0'   ],
    ['+loans +REPAYMENT_DETAIL',              'granted'                                                    ],
    ['+LOAN_DETAIL +REPAYMENT_DETAIL',        'granted'                                                    ],
    ['H+LOAN_DETAIL +REPAYMENT_DETAIL',       'CONTAINER_NOT_GRANTED CreditAccount.loans input.scopes.1'   ],
    ['-REPAYMENT_DETAIL',                     'granted'                                                    ],
    ['+isHard',                               'CONTAINER_NOT_GRANTED CreditReport.inquiries input.scopes.0'],
    ['+inquiries +isHard',                    'granted'                                                    ],
    ['H+inquiries *+isHard',                  'granted'                                                    ],
    ['+INQUIRY_HISTORY',                      'granted'                                                    ],
    ['+text',                                 'CONTAINER_NOT_GRANTED CreditReport.statements input.scopes.0'],
    ['+STATEMENTS',                           'granted'                                                    ],
    ['+daysSinceLastLoan +hardInquiries3m',   'granted'                                                    ],
  ])('%s: %s', (notation, outcome) => {
    expect(outcomeOf(notation)).toBe(outcome);
  });

  it('grants list and fields together by the cluster of both', () => {
    const scopes = expandScopes(inputsOf('H+LOAN_DETAIL'), FIELD_CATALOGUE);
    expect(scopes.map(({ fieldId }) => FIELD_CATALOGUE.byId(fieldId)?.coordinate)).toEqual(
      expect.arrayContaining(['CreditAccount.loans', 'Loan.principal', 'Loan.settledOn']),
    );
    expect(new Set(scopes.map(({ product, via, effect }) => `${String(product)} ${String(via)} ${effect}`))).toEqual(
      new Set(['HUABEI LOAN_DETAIL PERMIT']),
    );
  });

  it('adds no list that nobody granted', () => {
    const scopes = expandScopes(inputsOf('+loans +principal'), FIELD_CATALOGUE);
    expect(scopes.map(({ fieldId }) => fieldId)).toEqual(['loans', 'principal'].map((name) => fieldOf(name).id));
  });

  it('names the field in the log and the list to the caller', () => {
    expect(() => expandScopes(inputsOf('+drawnOn'), FIELD_CATALOGUE, 'NOT_EMPTY', 'input.hypothetical.scopes')).toThrow(
      expect.objectContaining({
        code: 'CONTAINER_NOT_GRANTED',
        facts: { input: 'input.hypothetical.scopes.0', container: 'CreditAccount.loans' },
      }),
    );
  });
});
