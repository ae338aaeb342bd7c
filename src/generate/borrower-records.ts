import type { MonthIndex } from '../core/credit/calendar';
import { inventHistory } from './account-history';
import { emitAccount, emitLoans } from './account-records';
import { inventLine, inventProducts, inventTerms } from './account-terms';
import { inventBehaviour } from './behaviour';
import { emitDisputes } from './disputes';
import type { Emit } from './generated-entities';
import { emitInquiries } from './inquiries';
import { inventPerson } from './people';
import { Random } from './random';
import { RecordWindow } from './record-window';

export interface GenerateSettings {
  /** A whole number of 0 or more. */
  readonly seed: number;
  /** 1 to 60, the newest one being `until`. */
  readonly months: number;
  /** Adverse months that ended five years before today are refused by an import, except into a historical platform. */
  readonly until: MonthIndex;
  /** PLAIN: one account that is open all the time, of which only the months are furnished. */
  readonly detail: 'FULL' | 'PLAIN';
}

/**
 * Makes borrowers under one setting: the function it returns emits every record of the borrower of an index on [0, 10^7).
 *
 * They depend on the settings and the index alone, never on other borrowers, the clock or the machine. Parents come before children.
 */
export function borrowerRecords(settings: GenerateSettings): (index: number, emit: Emit) => void {
  const { seed, months, until, detail } = settings;
  const window = new RecordWindow(months, until);
  return (index, emit) => {
    const customerId = `${String(seed)}-${String(index).padStart(7, '0')}`;
    const randomFor = (part: string): Random => new Random(`credit-gateway/1/${String(seed)}/${String(index)}/${part}`);
    const general = randomFor('person');
    const behaviour = inventBehaviour(general, window);
    const products = detail === 'PLAIN' ? [inventLine(general)] : inventProducts(general);
    const histories = products.map((product, at) => {
      const random = randomFor(`account-${String(at + 1)}`);
      const accountNo = `${customerId}-a${String(at + 1)}`;
      const terms = inventTerms(random, accountNo, product, window, detail === 'PLAIN' ? 'WINDOW' : 'ANY');
      return { random, history: inventHistory(random, terms, behaviour, window) };
    });
    const knownSince = Math.min(...histories.map(({ history }) => history.terms.openedOn));
    emit('borrower', inventPerson(general, customerId, index, knownSince, window));
    for (const { random, history } of histories) emitAccount(random, customerId, history, emit, window);
    if (detail === 'PLAIN') return;
    for (const { history } of histories) emitLoans(history, emit, window);
    emitInquiries(general, customerId, histories.map(({ history }) => history.terms), emit, window); // prettier-ignore
    emitDisputes(general, customerId, histories.map(({ history }) => history), emit, window); // prettier-ignore
  };
}
